#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/rtnetlink.h"
#include "core/function_ref.h"
#include "core/result.h"

namespace hostpulse::collectors {

using GenericNetlinkVisitor =
    FunctionRef<void(std::uint8_t command, std::span<const std::byte> attributes)>;

// A family of generic netlink, such as "ethtool" or "nl80211". Its number, which the kernel gives
// out when the family's module is loaded, is looked up with the first dump and after a failed one.
// One thread at a time.
class GenericNetlink {
 public:
  // `dump` is of NETLINK_GENERIC.
  GenericNetlink(NetlinkDump dump, std::string_view family);

  // Sends `command` with `attributes` and visits each message of the answer.
  // Errors: as NetlinkSocket::Dump; kAbsent where the kernel has no such family.
  Status Dump(std::uint8_t command, std::span<const std::byte> attributes,
              GenericNetlinkVisitor visit);

 private:
  Status FindFamily();
  void TakeFamily(std::span<const std::byte> body);

  const NetlinkDump dump_;
  const std::string name_;
  std::uint16_t family_ = 0;        // 0 while it is not known.
  std::vector<std::byte> request_;  // Kept for its storage only.
};

}  // namespace hostpulse::collectors
