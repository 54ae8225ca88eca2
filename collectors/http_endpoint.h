#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace hostpulse::collectors {

// A server and a resource of it.
struct HttpEndpoint {
  std::string host;  // Without brackets; empty where there is a socket.
  std::string port;
  std::string socket;         // Path of a Unix socket instead of host and port.
  std::string target;         // "/RPC2"
  std::string host_header;    // "localhost:9001"
  std::string authorization;  // "Basic ..." from user and password of the URL; empty without.
  std::string shown;          // The URL without user and password, for messages.
};

// Takes http://[user[:password]@]host[:port][/path][?query] or unix:///path/of/socket apart; what
// is behind the socket is asked for at `unix_target`. Errors: kInvalid, without quoting the URL,
// which may have a password in it.
Result<HttpEndpoint> ParseHttpEndpoint(std::string_view url, std::string_view unix_target);

}  // namespace hostpulse::collectors
