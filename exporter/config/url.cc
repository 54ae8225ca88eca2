#include "exporter/config/url.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace hostpulse::config {
namespace {

Status Refuse(std::string_view what, std::initializer_list<std::string_view> schemes) {
  std::string accepted;
  for (const std::string_view scheme : schemes) {
    if (!accepted.empty()) accepted += " or ";
    accepted.append(scheme).append("://host[:port][/path]");
  }
  return {ErrorCode::kInvalid, std::string(what) + "; accepted: " + accepted};
}

bool IsPort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && stop == text.data() + text.size() && port != 0;
}

bool IsHost(std::string_view host) {
  if (host.starts_with('[')) {
    return host.size() > 3 && host.ends_with(']') &&
           host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdefABCDEF:.%") ==
               host.npos;
  }
  return !host.empty() && host.find_first_of("[]:\\<>\"|^`{}") == host.npos;
}

}  // namespace

Status CheckUrl(std::string_view url, std::initializer_list<std::string_view> schemes) {
  const auto printable = [](char c) { return c > ' ' && c != '\x7f'; };
  if (!std::ranges::all_of(url, [&](char c) { return printable(c) || (c & 0x80) != 0; })) {
    return Refuse("is not a URL: it holds white space or control characters", schemes);
  }
  const std::size_t colon = url.find("://");
  if (colon == url.npos || std::ranges::find(schemes, url.substr(0, colon)) == schemes.end()) {
    return Refuse("is not a URL of a scheme that can be used", schemes);
  }
  std::string_view authority = url.substr(colon + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
    authority.remove_prefix(at + 1);
  }
  const std::size_t port = authority.rfind(':');
  const bool has_port = port != authority.npos && authority.find(']', port) == authority.npos;
  if (has_port && !IsPort(authority.substr(port + 1))) return Refuse("has a bad port", schemes);
  if (!IsHost(has_port ? authority.substr(0, port) : authority)) {
    return Refuse("names no host", schemes);
  }
  return {};
}

}  // namespace hostpulse::config
