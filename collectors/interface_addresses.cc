#include "collectors/interface_addresses.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace hostpulse::collectors {
namespace {

std::string_view ScopeV4(std::uint32_t address) {
  if (address >> 24 == 127) return "link-local";
  if (address >> 16 == 0xa9fe) return "link-local";   // 169.254.0.0/16
  if (address >> 8 == 0xe00000) return "link-local";  // 224.0.0.0/24
  const bool multicast = address >> 28 == 0xe;
  return multicast || address == INADDR_ANY || address == INADDR_BROADCAST ? "" : "global";
}

std::string_view ScopeV6(const in6_addr& address) {
  if (IN6_IS_ADDR_LOOPBACK(&address) || IN6_IS_ADDR_LINKLOCAL(&address) ||
      IN6_IS_ADDR_MC_LINKLOCAL(&address)) {
    return "link-local";
  }
  if (IN6_IS_ADDR_MC_NODELOCAL(&address)) return "interface-local";
  return IN6_IS_ADDR_MULTICAST(&address) || IN6_IS_ADDR_UNSPECIFIED(&address) ? "" : "global";
}

}  // namespace

std::string_view AddressScope(std::span<const std::byte> address) {
  if (address.size() == sizeof(std::uint32_t)) {
    std::uint32_t v4 = 0;
    std::memcpy(&v4, address.data(), sizeof v4);
    return ScopeV4(ntohl(v4));
  }
  in6_addr v6{};
  std::memcpy(&v6, address.data(), std::min(address.size(), sizeof v6));
  return ScopeV6(v6);
}

Status AddAddresses(const Rtnetlink& source, MetricBatch& out) {
  FamilyBuilder& family = out.Family(kAddressInfo);
  return DumpAddresses(source.dump, [&](const InterfaceAddress& item) {
    const std::string_view device = source.name_of(item.index);
    char text[INET6_ADDRSTRLEN];
    if (device.empty() ||
        ::inet_ntop(item.family, item.address.data(), text, sizeof text) == nullptr) {
      return;
    }
    char prefix[4];
    const char* const end = std::to_chars(prefix, prefix + sizeof prefix, item.prefix_length).ptr;
    family.Add({{"address", text},
                {"device", device},
                {"netmask", std::string_view(prefix, static_cast<std::size_t>(end - prefix))},
                {"scope", AddressScope(item.address)}},
               1);
  });
}

}  // namespace hostpulse::collectors
