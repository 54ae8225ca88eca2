#pragma once

#include <sys/socket.h>

#include <string>

namespace hostpulse::http {

// Who is at the other end of a connection.
struct Peer {
  std::string address;    // "192.0.2.7", "::1", "unix"; IPv4 in IPv6 is shown as IPv4.
  bool loopback = false;  // Also true for a unix socket: both ends are on this host.
};

Peer PeerOf(const sockaddr_storage& address);

// "127.0.0.1:34567", "[::1]:9100", "unix:///run/hostpulse.sock".
std::string AddressText(const sockaddr_storage& address, socklen_t length);

}  // namespace hostpulse::http
