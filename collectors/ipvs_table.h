#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/function_ref.h"
#include "core/result.h"

namespace hostpulse::collectors {

// What tells one backend of the IP virtual server from another, in the order of kIpvsLabels.
inline constexpr std::array<std::string_view, 6> kIpvsLabels = {
    "local_address", "local_mark", "local_port", "proto", "remote_address", "remote_port"};

// A backend in the table of /proc/net/ip_vs.
struct IpvsBackend {
  // Of kIpvsLabels; hold while the visitor runs. A service by firewall mark has the protocol
  // "FWM", no local address and port 0; the others have no mark.
  std::array<std::string_view, kIpvsLabels.size()> labels;
  std::uint64_t weight = 0;
  std::uint64_t active_connections = 0;
  std::uint64_t inactive_connections = 0;
};

// Calls `visit` for each backend in `text`, the content of /proc/net/ip_vs; `path` is for messages.
// Errors: kParse for the first line that is not what the kernel prints; nothing behind it is read.
Status ForEachIpvsBackend(std::string_view text, std::string_view path,
                          FunctionRef<void(const IpvsBackend&)> visit);

}  // namespace hostpulse::collectors
