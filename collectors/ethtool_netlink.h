#pragma once

#include <cstdint>
#include <optional>

#include "collectors/generic_netlink.h"
#include "core/function_ref.h"
#include "core/result.h"

namespace hostpulse::collectors {

// Speed and duplex of an interface, as ethtool's generic netlink family reports them.
struct LinkMode {
  std::uint32_t index = 0;                  // Of the interface.
  std::optional<std::int32_t> speed_mbits;  // -1 where it is not known.
  std::optional<std::uint8_t> duplex;       // DUPLEX_HALF, DUPLEX_FULL or DUPLEX_UNKNOWN.
};

// What ethtool's family tells of all interfaces at once. One thread at a time.
class EthtoolNetlink {
 public:
  // `dump` is of NETLINK_GENERIC.
  explicit EthtoolNetlink(NetlinkDump dump);

  // Visits every interface that has link modes. Errors: as GenericNetlink::Dump; kAbsent before
  // Linux 5.6, or in a namespace that hides the family.
  Status DumpLinkModes(FunctionRef<void(const LinkMode&)> visit);

 private:
  GenericNetlink family_;
};

}  // namespace hostpulse::collectors
