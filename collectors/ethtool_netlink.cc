#include "collectors/ethtool_netlink.h"

#include <linux/ethtool_netlink.h>
#include <linux/netlink.h>

#include <cstddef>
#include <span>
#include <utility>

#include "collectors/kernel/netlink.h"

namespace hostpulse::collectors {
namespace {

using kernel::ForEachAttribute;
using kernel::NetlinkAttribute;

std::optional<LinkMode> ParseLinkMode(std::span<const std::byte> attributes) {
  LinkMode mode;
  ForEachAttribute(attributes, [&mode](const NetlinkAttribute& attribute) {
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

}  // namespace

EthtoolNetlink::EthtoolNetlink(NetlinkDump dump) : family_(std::move(dump), ETHTOOL_GENL_NAME) {}

Status EthtoolNetlink::DumpLinkModes(FunctionRef<void(const LinkMode&)> visit) {
  // An empty header: of every interface.
  const nlattr every{.nla_len = sizeof(nlattr),
                     .nla_type = NLA_F_NESTED | ETHTOOL_A_LINKMODES_HEADER};
  return family_.Dump(ETHTOOL_MSG_LINKMODES_GET, std::as_bytes(std::span(&every, 1)),
                      [&visit](std::uint8_t, std::span<const std::byte> attributes) {
                        if (const auto mode = ParseLinkMode(attributes)) visit(*mode);
                      });
}

}  // namespace hostpulse::collectors
