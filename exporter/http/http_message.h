#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"

namespace hostpulse::http {

// A whole request that passed validation: framing, Host, method token, path and header limits.
struct Request {
  std::string method;  // As sent: "GET".
  std::string path;    // Percent-decoded, begins with '/', no "..", no NUL, as sent otherwise.
  std::string query;   // Still encoded; empty without one. See QueryParameters.
  std::vector<std::pair<std::string, std::string>> headers;  // In the order sent.
  std::string body;               // At most HttpServerOptions::max_body_bytes.
  std::string peer;               // "192.0.2.7", "::1", "unix"
  bool peer_is_loopback = false;  // Also true for a unix socket.
  bool tls = false;
  std::string user;                 // Who basic auth accepted; empty without.
  bool client_certificate = false;  // A verified one was presented.
  // When all of it was there, by the steady clock; not known, and so later than anything, for one
  // that did not come over a connection.
  MonotonicTime arrived = MonotonicTime::max();

  // The first header of this name, case-insensitively; empty if there is none.
  std::string_view Header(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;  // Besides Content-Type and -Length.
  std::string body;  // Left out for HEAD and 204; Content-Length stays true.
};

using Handler = std::function<Response(const Request& request)>;

// A path and who answers it. A request with a method that is not listed gets 405 with Allow.
struct Route {
  std::string path;                  // Exact, or a prefix where it ends in "/*".
  std::vector<std::string> methods;  // HEAD is answered wherever GET is.
  Handler handler;                   // Called on any worker, several at once; may throw (500).
};

// The parameters of a query string in order, percent- and plus-decoded. Nothing where the encoding
// is broken (a bad %XX, or bytes that are not UTF-8).
std::optional<std::vector<std::pair<std::string, std::string>>> QueryParameters(
    std::string_view query);

}  // namespace hostpulse::http
