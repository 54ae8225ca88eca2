#include "collectors/rtnetlink.h"

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "collectors/kernel/netlink.h"
#include "core/unique_fd.h"

namespace hostpulse::collectors {
namespace {

using kernel::AttributesBehind;
using kernel::ForEachAttribute;
using kernel::NetlinkAttribute;
using kernel::ReadHeader;

template <typename T>
void CopyTo(const NetlinkAttribute& attribute, std::optional<T>& value) {
  T copy{};
  if (attribute.CopyTo(copy)) value = copy;
}

// How much there is of it: older kernels have fewer counters, newer ones more.
std::size_t CopyStats(const NetlinkAttribute& attribute, rtnl_link_stats64& stats) {
  const std::size_t bytes = std::min(attribute.payload.size(), sizeof stats);
  std::memcpy(&stats, attribute.payload.data(), bytes);
  return bytes;
}

void TakeAttribute(const NetlinkAttribute& attribute, Link& link) {
  switch (attribute.type) {
    case IFLA_IFNAME:
      link.name = attribute.text();
      break;
    case IFLA_IFALIAS:
      link.alias = attribute.text();
      break;
    case IFLA_ADDRESS:
      link.address = attribute.payload;
      break;
    case IFLA_BROADCAST:
      link.broadcast = attribute.payload;
      break;
    case IFLA_PROP_LIST:
      link.properties = attribute.payload;
      break;
    case IFLA_LINK:
      CopyTo(attribute, link.link);
      break;
    case IFLA_MTU:
      CopyTo(attribute, link.mtu);
      break;
    case IFLA_GROUP:
      CopyTo(attribute, link.group);
      break;
    case IFLA_TXQLEN:
      CopyTo(attribute, link.transmit_queue_length);
      break;
    case IFLA_PROMISCUITY:
      CopyTo(attribute, link.promiscuity);
      break;
    case IFLA_ALLMULTI:
      CopyTo(attribute, link.all_multicast);
      break;
    case IFLA_CARRIER:
      CopyTo(attribute, link.carrier);
      break;
    case IFLA_CARRIER_CHANGES:
      CopyTo(attribute, link.carrier_changes);
      break;
    case IFLA_CARRIER_UP_COUNT:
      CopyTo(attribute, link.carrier_up_count);
      break;
    case IFLA_CARRIER_DOWN_COUNT:
      CopyTo(attribute, link.carrier_down_count);
      break;
    case IFLA_LINKMODE:
      CopyTo(attribute, link.link_mode);
      break;
    case IFLA_OPERSTATE:
      CopyTo(attribute, link.operstate);
      break;
    case IFLA_STATS64:
      link.stats_bytes = CopyStats(attribute, link.stats);
      break;
    default:
      break;
  }
}

// The statistics of IPv6 per interface, which nobody here wants, are half of what a dump costs the
// kernel. Kernels before 4.4 do not know the flag and ignore it.
struct LinkRequest {
  ifinfomsg header{};
  rtattr attribute{RTA_LENGTH(sizeof(std::uint32_t)), IFLA_EXT_MASK};
  std::uint32_t mask = RTEXT_FILTER_SKIP_STATS;
};

class InterfaceNameReader {
 public:
  std::string_view Find(std::uint32_t index) {
    if (!socket_) socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    request_ = {};
    request_.ifr_ifindex = static_cast<int>(index);
    if (::ioctl(socket_.get(), SIOCGIFNAME, &request_) != 0) return {};
    return {request_.ifr_name, ::strnlen(request_.ifr_name, sizeof request_.ifr_name)};
  }

 private:
  UniqueFd socket_;
  ifreq request_{};
};

}  // namespace

NetlinkDump KernelNetlink(int protocol) {
  auto socket = std::make_shared<kernel::NetlinkSocket>(protocol);
  return [socket](std::uint16_t type, std::span<const std::byte> body, NetlinkVisitor visit) {
    return socket->Dump(type, body, visit);
  };
}

InterfaceNames KernelInterfaceNames() {
  auto reader = std::make_shared<InterfaceNameReader>();
  return [reader](std::uint32_t index) { return reader->Find(index); };
}

Rtnetlink KernelRtnetlink() {
  return {KernelNetlink(NETLINK_ROUTE), KernelInterfaceNames()};
}

std::optional<Link> ParseLink(std::span<const std::byte> body) {
  const auto header = ReadHeader<ifinfomsg>(body);
  if (!header) return std::nullopt;
  std::optional<Link> link(std::in_place);
  link->index = static_cast<std::uint32_t>(header->ifi_index);
  link->flags = header->ifi_flags;
  link->type = header->ifi_type;
  ForEachAttribute(AttributesBehind<ifinfomsg>(body),
                   [&link](const NetlinkAttribute& attribute) { TakeAttribute(attribute, *link); });
  if (link->name.empty()) return std::nullopt;
  return link;
}

Status DumpLinks(const NetlinkDump& dump, FunctionRef<void(const Link&)> visit) {
  const LinkRequest request;
  bool all_parsed = true;
  const auto take = [&](std::uint16_t type, std::span<const std::byte> body) {
    if (type != RTM_NEWLINK) return;
    if (const auto link = ParseLink(body)) {
      visit(*link);
    } else {
      all_parsed = false;
    }
  };
  Status status = dump(RTM_GETLINK, std::as_bytes(std::span(&request, 1)), take);
  if (!status || all_parsed) return status;
  return {ErrorCode::kParse, "rtnetlink: a link without a name"};
}

Status DumpLinkStats(
    const NetlinkDump& dump,
    FunctionRef<void(std::uint32_t index, const rtnl_link_stats64& stats, std::size_t bytes)>
        visit) {
  if_stats_msg request{};
  request.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
  return dump(RTM_GETSTATS, std::as_bytes(std::span(&request, 1)),
              [&visit](std::uint16_t, std::span<const std::byte> body) {
                const auto header = ReadHeader<if_stats_msg>(body);
                if (!header) return;
                ForEachAttribute(AttributesBehind<if_stats_msg>(body), [&](const auto& attribute) {
                  if (attribute.type != IFLA_STATS_LINK_64) return;
                  rtnl_link_stats64 stats{};
                  const std::size_t bytes = CopyStats(attribute, stats);
                  visit(header->ifindex, stats, bytes);
                });
              });
}

std::optional<InterfaceAddress> ParseAddress(std::span<const std::byte> body) {
  const auto header = ReadHeader<ifaddrmsg>(body);
  if (!header || (header->ifa_family != AF_INET && header->ifa_family != AF_INET6)) {
    return std::nullopt;
  }
  InterfaceAddress result{header->ifa_index, header->ifa_family, header->ifa_prefixlen, {}};
  // Of a point-to-point interface IFA_ADDRESS is the far end and IFA_LOCAL is ours.
  bool local = false;
  ForEachAttribute(AttributesBehind<ifaddrmsg>(body), [&](const NetlinkAttribute& attribute) {
    if (attribute.type == IFA_LOCAL || (attribute.type == IFA_ADDRESS && !local)) {
      result.address = attribute.payload;
      local = attribute.type == IFA_LOCAL;
    }
  });
  const std::size_t size = result.family == AF_INET ? 4 : 16;
  if (result.address.size() != size) return std::nullopt;
  return result;
}

Status DumpAddresses(const NetlinkDump& dump, FunctionRef<void(const InterfaceAddress&)> visit) {
  const ifaddrmsg request{};
  return dump(RTM_GETADDR, std::as_bytes(std::span(&request, 1)),
              [&visit](std::uint16_t, std::span<const std::byte> body) {
                if (const auto address = ParseAddress(body)) visit(*address);
              });
}

Status DumpNeighbours(const NetlinkDump& dump, FunctionRef<void(const Neighbour&)> visit) {
  ndmsg request{};
  request.ndm_family = AF_INET;
  return dump(RTM_GETNEIGH, std::as_bytes(std::span(&request, 1)),
              [&visit](std::uint16_t, std::span<const std::byte> body) {
                const auto header = ReadHeader<ndmsg>(body);
                if (!header || header->ndm_family != AF_INET) return;
                visit({static_cast<std::uint32_t>(header->ndm_ifindex), header->ndm_state});
              });
}

}  // namespace hostpulse::collectors
