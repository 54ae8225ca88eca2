#include "collectors/routes.h"

#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "collectors/kernel/netlink.h"

namespace hostpulse::collectors {
namespace {

using kernel::NetlinkAttribute;

void TakeAttribute(const NetlinkAttribute& attribute, std::size_t address_size, Route& route) {
  const auto take = [&](std::span<const std::byte>& address) {
    if (attribute.payload.size() == address_size) address = attribute.payload;
  };
  switch (attribute.type) {
    case RTA_DST:
      take(route.destination);
      break;
    case RTA_PREFSRC:
      take(route.preferred_source);
      break;
    case RTA_GATEWAY:
      take(route.gateway);
      break;
    case RTA_OIF:
      attribute.CopyTo(route.index);
      break;
    case RTA_PRIORITY:
      attribute.CopyTo(route.priority);
      break;
    case RTA_MULTIPATH:
      route.hops = attribute.payload;
      break;
    default:
      break;
  }
}

std::size_t AddressSize(int family) {
  return family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
}

}  // namespace

std::optional<Route> ParseRoute(std::span<const std::byte> body) {
  const auto header = kernel::ReadHeader<rtmsg>(body);
  if (!header || (header->rtm_family != AF_INET && header->rtm_family != AF_INET6)) {
    return std::nullopt;
  }
  Route route;
  route.family = header->rtm_family;
  route.prefix_length = header->rtm_dst_len;
  route.type = header->rtm_type;
  route.protocol = header->rtm_protocol;
  const std::size_t address_size = AddressSize(route.family);
  kernel::ForEachAttribute(
      kernel::AttributesBehind<rtmsg>(body),
      [&](const NetlinkAttribute& attribute) { TakeAttribute(attribute, address_size, route); });
  if (route.prefix_length != 0 && route.destination.empty()) return std::nullopt;
  return route;
}

void ForEachHop(const Route& route, FunctionRef<void(const RouteHop&)> visit) {
  if (route.hops.empty()) return visit({route.index, route.gateway, std::nullopt});
  const std::size_t address_size = AddressSize(route.family);
  std::span<const std::byte> rest = route.hops;
  while (const auto next = kernel::ReadHeader<rtnexthop>(rest)) {
    if (next->rtnh_len < sizeof(rtnexthop) || next->rtnh_len > rest.size()) return;
    RouteHop hop{static_cast<std::uint32_t>(next->rtnh_ifindex), {}, next->rtnh_hops + 1};
    kernel::ForEachAttribute(
        kernel::AttributesBehind<rtnexthop>(rest.first(next->rtnh_len)),
        [&](const NetlinkAttribute& attribute) {
          if (attribute.type == RTA_GATEWAY && attribute.payload.size() == address_size) {
            hop.gateway = attribute.payload;
          }
        });
    visit(hop);
    rest =
        rest.subspan(std::min(rest.size(), static_cast<std::size_t>(RTNH_ALIGN(next->rtnh_len))));
  }
}

Status DumpRoutes(const NetlinkDump& dump, FunctionRef<void(const Route&)> visit) {
  const rtmsg request{};  // AF_UNSPEC: of every family.
  return dump(RTM_GETROUTE, std::as_bytes(std::span(&request, 1)),
              [&visit](std::uint16_t type, std::span<const std::byte> body) {
                if (type != RTM_NEWROUTE) return;
                if (const auto route = ParseRoute(body)) visit(*route);
              });
}

}  // namespace hostpulse::collectors
