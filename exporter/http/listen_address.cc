#include "exporter/http/listen_address.h"

#include <sys/un.h>

#include <charconv>
#include <optional>

namespace hostpulse::http {
namespace {

constexpr std::string_view kAccepted =
    "accepted are \":9100\", \"192.0.2.1:9100\", \"[2001:db8::1]:9100\", \"name:9100\" and "
    "\"unix:///path\"";

Status Invalid(std::string_view text, std::string_view why) {
  return Status(ErrorCode::kInvalid, "listen address \"" + std::string(text) +
                                         "\": " + std::string(why) + "; " + std::string(kAccepted));
}

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

Result<ListenAddress> ParseUnix(std::string_view text, std::string_view path) {
  if (path.empty() || path.front() != '/') return Invalid(text, "the path is not absolute");
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return Invalid(text, "the path is too long");
  if (path.find('\0') != path.npos) return Invalid(text, "the path holds a NUL");
  ListenAddress address;
  address.text = text;
  address.unix_path = path;
  return address;
}

}  // namespace

Result<ListenAddress> ParseListenAddress(std::string_view text) {
  constexpr std::string_view kUnix = "unix://";
  if (text.starts_with(kUnix)) return ParseUnix(text, text.substr(kUnix.size()));
  if (text.starts_with("vsock://")) return Invalid(text, "vsock is not supported");

  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return Invalid(text, "the port is missing");
  const std::string_view port_text = text.substr(colon + 1);
  const auto port = ParsePort(port_text);
  if (!port) return Invalid(text, "the port is not a number from 0 to 65535");

  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[')) {
    if (host.size() < 3 || !host.ends_with(']')) return Invalid(text, "a bracket is not closed");
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != host.npos) {
    return Invalid(text, "an IPv6 address stands in brackets");
  }
  if (host.find_first_of("[]/ \t") != host.npos) return Invalid(text, "the host is not one");

  ListenAddress address;
  address.text = text;
  address.host = host;
  address.port = *port;
  return address;
}

}  // namespace hostpulse::http
