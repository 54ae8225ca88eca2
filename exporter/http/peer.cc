#include "exporter/http/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

namespace hostpulse::http {
namespace {

Peer PeerOf4(const in_addr& address) {
  char text[INET_ADDRSTRLEN];
  ::inet_ntop(AF_INET, &address, text, sizeof(text));
  return {text, (ntohl(address.s_addr) >> 24) == 127};
}

Peer PeerOf6(const in6_addr& address) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    in_addr mapped;
    std::memcpy(&mapped, address.s6_addr + 12, sizeof(mapped));
    return PeerOf4(mapped);
  }
  char text[INET6_ADDRSTRLEN];
  ::inet_ntop(AF_INET6, &address, text, sizeof(text));
  return {text, IN6_IS_ADDR_LOOPBACK(&address) != 0};
}

}  // namespace

Peer PeerOf(const sockaddr_storage& address) {
  switch (address.ss_family) {
    case AF_INET:
      return PeerOf4(reinterpret_cast<const sockaddr_in&>(address).sin_addr);
    case AF_INET6:
      return PeerOf6(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
    default:
      return {"unix", true};
  }
}

std::string AddressText(const sockaddr_storage& address, socklen_t length) {
  if (address.ss_family == AF_UNIX) {
    const auto& local = reinterpret_cast<const sockaddr_un&>(address);
    const std::size_t path = length - offsetof(sockaddr_un, sun_path);
    return "unix://" + std::string(local.sun_path, ::strnlen(local.sun_path, path));
  }
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    char text[INET6_ADDRSTRLEN];
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text));
    return "[" + std::string(text) + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
  return PeerOf(address).address + ":" + std::to_string(ntohs(v4.sin_port));
}

}  // namespace hostpulse::http
