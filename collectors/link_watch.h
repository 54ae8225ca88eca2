#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/rtnetlink.h"

namespace hostpulse::collectors {

// Tells whether an interface is still what it was when its files of /sys/class/net were read: one
// dump of the links (RTM_GETLINK) costs the kernel a third of the twenty files of one interface.
// One thread at a time.
class LinkWatch {
 public:
  struct State {
    std::string name;
    std::uint32_t index = 0;
    std::uint32_t mtu = 0;
    // Of everything the kernel says that stands in those files: flags, addresses, alias, carrier
    // and its changes, queue length ... Speed and duplex it does not say.
    std::uint64_t digest = 0;
  };

  explicit LinkWatch(NetlinkDump dump) : dump_(std::move(dump)) {}

  // Asks the kernel. Knows of no interface after an error. Allocates nothing once warm.
  void Refresh();

  // The interface of this name, or null; holds until the next Refresh.
  const State* Find(std::string_view name) const;
  std::size_t size() const { return used_; }

 private:
  void Take(const Link& link);

  const NetlinkDump dump_;
  std::vector<State> states_;  // In the kernel's order, used_ of them.
  std::size_t used_ = 0;
  std::vector<std::uint32_t> order_;  // Of states_, by name.
};

}  // namespace hostpulse::collectors
