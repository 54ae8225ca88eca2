#pragma once

#include <linux/if_link.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "core/function_ref.h"
#include "core/result.h"

namespace hostpulse::collectors {

using NetlinkVisitor = FunctionRef<void(std::uint16_t type, std::span<const std::byte> body)>;

// NetlinkSocket::Dump, or what a test puts in its place.
using NetlinkDump = std::function<Status(std::uint16_t type, std::span<const std::byte> body,
                                         NetlinkVisitor visit)>;

// A dump over a socket of its own, which is opened at the first use and kept. `protocol` as
// NetlinkSocket takes it.
NetlinkDump KernelNetlink(int protocol);

// The name of the interface with this index, valid until the next call; empty where there is none.
using InterfaceNames = std::function<std::string_view(std::uint32_t index)>;

// Asks the kernel each time, over a socket that is kept: a name may change, its index does not.
InterfaceNames KernelInterfaceNames();

// What the collectors of interfaces ask: the kernel, or a test.
struct Rtnetlink {
  NetlinkDump dump;
  InterfaceNames name_of;
};
Rtnetlink KernelRtnetlink();

// An interface as RTM_GETLINK reports it: views into the message. What the kernel may leave out is
// optional.
struct Link {
  std::uint32_t index = 0;
  std::uint32_t flags = 0;  // IFF_UP ...
  std::uint16_t type = 0;   // ARPHRD_ETHER ...
  std::string_view name;
  std::string_view alias;
  std::span<const std::byte> address;
  std::span<const std::byte> broadcast;
  std::span<const std::byte> properties;  // Attributes; IFLA_ALT_IFNAME among them.
  std::optional<std::uint32_t> link;      // Index of the interface below; absent if it is itself.
  std::optional<std::uint32_t> mtu;
  std::optional<std::uint32_t> group;
  std::optional<std::uint32_t> transmit_queue_length;
  std::optional<std::uint32_t> promiscuity;    // How many want all packets that pass by,
  std::optional<std::uint32_t> all_multicast;  // and all multicast ones (Linux 6.0).
  std::optional<std::uint32_t> carrier_changes;
  std::optional<std::uint32_t> carrier_up_count;
  std::optional<std::uint32_t> carrier_down_count;
  std::optional<std::uint8_t> carrier;
  std::optional<std::uint8_t> link_mode;
  std::optional<std::uint8_t> operstate;  // IF_OPER_UP ...
  // Only the first stats_bytes of it are the kernel's: older ones have fewer counters.
  rtnl_link_stats64 stats{};
  std::size_t stats_bytes = 0;
};

// The body of an RTM_NEWLINK message; nothing where it is too short or names no interface.
std::optional<Link> ParseLink(std::span<const std::byte> body);

// Visits every interface. Errors: as NetlinkSocket::Dump; kParse for a message that is no link.
Status DumpLinks(const NetlinkDump& dump, FunctionRef<void(const Link&)> visit);

// Visits the statistics of every interface, of which the first `bytes` are the kernel's, by its
// index: a quarter of what DumpLinks costs. Errors: as NetlinkSocket::Dump; kIo from Linux before
// 4.7, which has no such dump.
Status DumpLinkStats(
    const NetlinkDump& dump,
    FunctionRef<void(std::uint32_t index, const rtnl_link_stats64& stats, std::size_t bytes)>
        visit);

// An address of an interface, as RTM_GETADDR reports it.
struct InterfaceAddress {
  std::uint32_t index = 0;
  int family = 0;  // AF_INET or AF_INET6.
  int prefix_length = 0;
  std::span<const std::byte> address;  // 4 or 16 bytes, in the order of the network.
};

// The body of an RTM_NEWADDR message; nothing for another family or where it is cut off.
std::optional<InterfaceAddress> ParseAddress(std::span<const std::byte> body);

// Visits every IPv4 and IPv6 address of every interface. Errors: as NetlinkSocket::Dump.
Status DumpAddresses(const NetlinkDump& dump, FunctionRef<void(const InterfaceAddress&)> visit);

// An entry of the neighbour table, as RTM_GETNEIGH reports it.
struct Neighbour {
  std::uint32_t index = 0;
  std::uint16_t state = 0;  // NUD_REACHABLE ...
};

// Visits every IPv4 neighbour. Errors: as NetlinkSocket::Dump.
Status DumpNeighbours(const NetlinkDump& dump, FunctionRef<void(const Neighbour&)> visit);

}  // namespace hostpulse::collectors
