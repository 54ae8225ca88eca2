#include "collectors/http_endpoint.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

Status Bad(std::string_view why) {
  return {ErrorCode::kInvalid,
          "not a URL like http://host:9001/RPC2 or unix:///path/of/socket: " + std::string(why)};
}

// What %XX stands for; nothing where that is no such escape or a NUL.
std::optional<std::string> DecodePercent(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    const auto byte = kernel::ParseNumber<std::uint8_t>(digits, 16);
    if (digits.size() != 2 || !byte || *byte == 0) return std::nullopt;
    out += static_cast<char>(*byte);
    i += 2;
  }
  return out;
}

std::string Base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    const std::string_view group = text.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      bits = bits << 8 | (j < group.size() ? static_cast<unsigned char>(group[j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out += j <= group.size() ? kDigits[bits >> (18 - 6 * j) & 63] : '=';
    }
  }
  return out;
}

// Nothing of a URL may end a line of the request or come out of its place.
bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

Status SetAuthorization(std::string_view user_info, HttpEndpoint& endpoint) {
  const std::size_t colon = user_info.find(':');
  const auto user = DecodePercent(user_info.substr(0, colon));
  const auto password =
      DecodePercent(colon == user_info.npos ? std::string_view() : user_info.substr(colon + 1));
  if (!user || !password) return Bad("bad escape in user or password");
  endpoint.authorization = "Basic " + Base64(*user + ":" + *password);
  return {};
}

Status SetHostAndPort(std::string_view host_and_port, HttpEndpoint& endpoint) {
  std::string_view host = host_and_port;
  std::string_view port = "80";
  // The colons of [::1] are none of a port.
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  if (colon != host.npos && (bracket == host.npos || colon > bracket)) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto number = kernel::ParseNumber<std::uint16_t>(port);
  if (host.empty() || !number || *number == 0) return Bad("no host, or no port number");
  endpoint.host = host;
  endpoint.port = port;
  endpoint.host_header = host_and_port;
  return {};
}

Result<HttpEndpoint> ParseUnix(std::string_view rest, std::string_view target) {
  if (rest.starts_with("//")) rest.remove_prefix(2);
  const auto path = DecodePercent(rest);
  if (!path || !path->starts_with('/')) return Bad("no absolute path of a socket");
  HttpEndpoint endpoint;
  endpoint.socket = *path;
  endpoint.target = target;
  endpoint.host_header = "localhost";
  endpoint.shown = "unix://" + *path;
  return endpoint;
}

Result<HttpEndpoint> ParseHttp(std::string_view rest) {
  rest = rest.substr(0, rest.find('#'));
  if (!IsPrintable(rest)) return Bad("a character that must be escaped");
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, end);
  const std::string_view target = rest.substr(end);

  HttpEndpoint endpoint;
  if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
    if (Status status = SetAuthorization(authority.substr(0, at), endpoint); !status) return status;
    authority.remove_prefix(at + 1);
  }
  if (Status status = SetHostAndPort(authority, endpoint); !status) return status;
  endpoint.target = target.starts_with('/') ? "" : "/";
  endpoint.target += target;
  endpoint.shown.append("http://").append(authority).append(target);
  return endpoint;
}

}  // namespace

Result<HttpEndpoint> ParseHttpEndpoint(std::string_view url, std::string_view unix_target) {
  const std::size_t colon = url.find(':');
  if (colon == url.npos) return Bad("no scheme");
  std::string scheme(url.substr(0, colon));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  std::string_view rest = url.substr(colon + 1);
  if (scheme == "unix") return ParseUnix(rest, unix_target);
  if (scheme == "https") return Bad("TLS is not supported here");
  if (scheme != "http" || !rest.starts_with("//")) return Bad("neither http nor unix");
  return ParseHttp(rest.substr(2));
}

}  // namespace hostpulse::collectors
