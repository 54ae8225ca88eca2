#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hostpulse::http {

// One --web.listen-address, taken apart.
struct ListenAddress {
  std::string text;  // As given.
  std::string host;  // Empty for every address of the host; never in brackets.
  std::uint16_t port = 0;
  std::string unix_path;  // Set for a unix socket, the other two then are not.
};

// ":9100", "127.0.0.1:9100", "localhost:9100", "[::1]:9100", "[0.0.0.0]:9100" (the Helm chart puts
// IPv4 in brackets as well), "unix:///run/hostpulse.sock". Port 0 lets the kernel choose.
// Errors: kInvalid, naming the address and what is accepted.
Result<ListenAddress> ParseListenAddress(std::string_view text);

}  // namespace hostpulse::http
