#include "collectors/ethtool.h"

#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "collectors/kernel/netlink.h"

namespace hostpulse::collectors {
namespace {

using kernel::ForEachAttribute;
using kernel::NetlinkAttribute;

std::span<const std::byte> Attributes(std::span<const std::byte> body) {
  return body.subspan(std::min(body.size(), std::size_t{GENL_HDRLEN}));
}

// The number of the family that the message is about, 0 unless it is ethtool's.
std::uint16_t EthtoolFamily(std::span<const std::byte> body) {
  std::uint16_t id = 0;
  bool is_ethtool = false;
  ForEachAttribute(Attributes(body), [&](const NetlinkAttribute& attribute) {
    if (attribute.type == CTRL_ATTR_FAMILY_ID) attribute.CopyTo(id);
    if (attribute.type == CTRL_ATTR_FAMILY_NAME) {
      is_ethtool = attribute.text() == ETHTOOL_GENL_NAME;
    }
  });
  return is_ethtool ? id : std::uint16_t{0};
}

}  // namespace

Ethtool::Ethtool(NetlinkDump dump) : dump_(std::move(dump)) {}

Status Ethtool::FindFamily() {
  const genlmsghdr request{.cmd = CTRL_CMD_GETFAMILY, .version = 1, .reserved = 0};
  Status status = dump_(GENL_ID_CTRL, std::as_bytes(std::span(&request, 1)),
                        [this](std::uint16_t, std::span<const std::byte> body) {
                          if (const auto id = EthtoolFamily(body); id != 0) family_ = id;
                        });
  if (!status || family_ != 0) return status;
  return {ErrorCode::kAbsent, "generic netlink: the kernel has no family \"ethtool\""};
}

Status Ethtool::DumpLinkModes(FunctionRef<void(const LinkMode&)> visit) {
  if (family_ == 0) {
    if (Status status = FindFamily(); !status) return status;
  }
  // An empty header: of every interface.
  struct {
    genlmsghdr header{
        .cmd = ETHTOOL_MSG_LINKMODES_GET, .version = ETHTOOL_GENL_VERSION, .reserved = 0};
    nlattr every{.nla_len = sizeof(nlattr), .nla_type = NLA_F_NESTED | ETHTOOL_A_LINKMODES_HEADER};
  } const request;
  return dump_(family_, std::as_bytes(std::span(&request, 1)),
               [&visit](std::uint16_t, std::span<const std::byte> body) {
                 if (const auto mode = ParseLinkMode(body)) visit(*mode);
               });
}

std::optional<LinkMode> ParseLinkMode(std::span<const std::byte> body) {
  LinkMode mode;
  ForEachAttribute(Attributes(body), [&mode](const NetlinkAttribute& attribute) {
    if (attribute.type == ETHTOOL_A_LINKMODES_HEADER) {
      ForEachAttribute(attribute.payload, [&mode](const NetlinkAttribute& header) {
        if (header.type == ETHTOOL_A_HEADER_DEV_INDEX) header.CopyTo(mode.index);
      });
    } else if (attribute.type == ETHTOOL_A_LINKMODES_SPEED) {
      std::int32_t speed = 0;
      if (attribute.CopyTo(speed)) mode.speed_mbits = speed;
    } else if (attribute.type == ETHTOOL_A_LINKMODES_DUPLEX) {
      std::uint8_t duplex = 0;
      if (attribute.CopyTo(duplex)) mode.duplex = duplex;
    }
  });
  if (mode.index == 0) return std::nullopt;
  return mode;
}

}  // namespace hostpulse::collectors
