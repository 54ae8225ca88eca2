#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "collectors/rtnetlink.h"
#include "core/function_ref.h"
#include "core/result.h"

namespace hostpulse::collectors {

// An IPv4 or IPv6 route as RTM_GETROUTE reports it: views into the message, addresses of 4 or 16
// bytes in the order of the network, empty where the kernel tells none.
struct Route {
  int family = 0;             // AF_INET or AF_INET6.
  int prefix_length = 0;      // Of the destination; 0 for a default route.
  std::uint8_t type = 0;      // RTN_UNICAST ...
  std::uint8_t protocol = 0;  // RTPROT_KERNEL ...
  std::uint32_t priority = 0;
  std::uint32_t index = 0;  // Of the interface; 0 where there is none.
  std::span<const std::byte> destination;
  std::span<const std::byte> preferred_source;
  std::span<const std::byte> gateway;
  std::span<const std::byte> hops;  // What RTA_MULTIPATH holds, for ForEachHop.
};

// Where a route leads to.
struct RouteHop {
  std::uint32_t index = 0;  // Of the interface; 0 where there is none.
  std::span<const std::byte> gateway;
  std::optional<int> weight;  // From 1; only of a route with several hops.
};

// The body of an RTM_NEWROUTE message; nothing for another family or where it is cut off.
std::optional<Route> ParseRoute(std::span<const std::byte> body);

// Visits every hop of the route: the only one, or those of a multipath route.
void ForEachHop(const Route& route, FunctionRef<void(const RouteHop&)> visit);

// Visits every IPv4 and IPv6 route of every table. Errors: as NetlinkSocket::Dump.
Status DumpRoutes(const NetlinkDump& dump, FunctionRef<void(const Route&)> visit);

}  // namespace hostpulse::collectors
