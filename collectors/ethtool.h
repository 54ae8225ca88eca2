#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "collectors/rtnetlink.h"
#include "core/function_ref.h"
#include "core/result.h"

namespace hostpulse::collectors {

// Speed and duplex of an interface, as ethtool's generic netlink family reports them.
struct LinkMode {
  std::uint32_t index = 0;                  // Of the interface.
  std::optional<std::int32_t> speed_mbits;  // -1 where it is not known.
  std::optional<std::uint8_t> duplex;       // DUPLEX_HALF, DUPLEX_FULL or DUPLEX_UNKNOWN.
};

// Finds the family with the first dump and keeps its number. One thread at a time.
class Ethtool {
 public:
  // `dump` is of NETLINK_GENERIC.
  explicit Ethtool(NetlinkDump dump);

  // Visits every interface that has link modes. Errors: as NetlinkSocket::Dump, kAbsent where the
  // kernel has no such family (before Linux 5.6, or in a namespace that hides it).
  Status DumpLinkModes(FunctionRef<void(const LinkMode&)> visit);

 private:
  Status FindFamily();

  const NetlinkDump dump_;
  std::uint16_t family_ = 0;  // 0 while it is not known.
};

// An answer of the family: the body of the message, behind nlmsghdr.
std::optional<LinkMode> ParseLinkMode(std::span<const std::byte> body);

}  // namespace hostpulse::collectors
