#include "exporter/http/loggers_guard.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "exporter/http/ascii.h"

namespace hostpulse::http {
namespace {

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ToLower);
  return out;
}

// Host and port of a Host header or an origin, in lower case and without the dot at the end.
struct Authority {
  std::string host;  // An IPv6 address without its brackets.
  std::string port;  // Empty if it is not said.
  bool ipv6 = false;

  bool operator==(const Authority&) const = default;
};

Authority ParseAuthority(std::string_view text) {
  Authority out;
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : text.npos;
  out.ipv6 = bracket != text.npos;
  const std::size_t colon = text.find(':', out.ipv6 ? bracket : 0);
  std::string_view host = text.substr(0, colon);
  if (out.ipv6) host = text.substr(1, bracket - 1);
  if (host.ends_with('.')) host.remove_suffix(1);
  out.host = Lower(host);
  if (colon != text.npos) out.port = text.substr(colon + 1);
  return out;
}

bool IsAddress(const Authority& authority) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  const int family = authority.ipv6 ? AF_INET6 : AF_INET;
  return ::inet_pton(family, authority.host.c_str(), address.data()) == 1;
}

bool IsOwnHost(std::string_view header, const LoggersOptions& options) {
  const Authority host = ParseAuthority(header);
  if (host.host.empty()) return false;
  if (IsAddress(host) || host.host == "localhost") return true;
  const std::string own = ParseAuthority(options.host_name).host;
  if (host.host == own || host.host == own.substr(0, own.find('.'))) return true;
  return std::any_of(
      options.allowed_hosts.begin(), options.allowed_hosts.end(),
      [&host](const std::string& name) { return ParseAuthority(name).host == host.host; });
}

// Whether an Origin header names the place that the request was sent to. The scheme may differ: TLS
// can end at a proxy in front.
bool IsSameOrigin(std::string_view origin, std::string_view host_header) {
  const std::size_t separator = origin.find("://");
  if (separator == origin.npos) return false;  // "null" among others.
  const std::string_view default_port =
      Lower(origin.substr(0, separator)) == "https" ? "443" : "80";
  Authority from = ParseAuthority(origin.substr(separator + 3));
  Authority here = ParseAuthority(host_header);
  if (from.port.empty()) from.port = default_port;
  if (here.port.empty()) here.port = default_port;
  return from == here;
}

// A proxy on this host makes everybody's requests come from the loopback address.
bool CameThroughProxy(const Request& request) {
  constexpr std::array<std::string_view, 5> kSigns = {"Forwarded", "X-Forwarded-For",
                                                      "X-Forwarded-Host", "X-Real-IP", "Via"};
  return std::any_of(kSigns.begin(), kSigns.end(),
                     [&request](std::string_view name) { return !request.Header(name).empty(); });
}

std::string WhyNotThisCaller(const Request& request, LoggersMode mode) {
  if (mode == LoggersMode::kAll) return "";
  if (mode != LoggersMode::kLocal) return "changing log levels is switched off (--web.loggers)";
  if (!request.user.empty() || request.client_certificate) return "";
  if (!request.peer_is_loopback) {
    return "log levels are changed from this host or by an authenticated user only";
  }
  if (CameThroughProxy(request)) {
    return "a request that a proxy passes on changes log levels for authenticated users only";
  }
  return "";
}

}  // namespace

std::string WhyNotChange(const Request& request, const LoggersOptions& options) {
  if (std::string why = WhyNotThisCaller(request, options.mode); !why.empty()) return why;
  const std::string_view host = request.Header("Host");
  if (!IsOwnHost(host, options)) {
    return "the Host header is neither an address, localhost, this host's name nor a configured "
           "one";
  }
  for (const auto& [name, value] : request.headers) {
    const std::string key = Lower(name);
    if (key == "origin" && !IsSameOrigin(value, host)) {
      return "the Origin header names another site";
    }
    if (key == "sec-fetch-site" && value != "same-origin" && value != "none") {
      return "the Sec-Fetch-Site header names another site";
    }
  }
  return "";
}

bool LooksLikeBrowser(const Request& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
    const std::string name = Lower(header.first);
    return name == "origin" || name == "referer" || name.starts_with("sec-fetch-") ||
           (name == "user-agent" && header.second.starts_with("Mozilla/"));
  });
}

}  // namespace hostpulse::http
