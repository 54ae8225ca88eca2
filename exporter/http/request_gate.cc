#include "exporter/http/request_gate.h"

#include <algorithm>

#include "exporter/http/ascii.h"
#include "exporter/http/percent_encoding.h"

namespace hostpulse::http {
namespace {

bool HasDotSegment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);  // The slash.
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(end);
  }
  return false;
}

}  // namespace

std::optional<std::string> DecodePath(std::string_view raw) {
  if (!raw.starts_with('/')) return std::nullopt;
  auto path = PercentDecode(raw, PlusSign::kIsItself);
  if (!path ||
      std::count(path->begin(), path->end(), '/') != std::count(raw.begin(), raw.end(), '/')) {
    return std::nullopt;
  }
  const bool has_control = std::any_of(path->begin(), path->end(),
                                       [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
  if (has_control || !IsValidUtf8(*path) || HasDotSegment(*path)) return std::nullopt;
  return path;
}

int PassGate(Request& request) {
  auto path = DecodePath(request.path);
  if (!path) return 400;
  request.path = std::move(*path);
  // A preflight: no other origin is ever allowed anything.
  const bool preflight =
      request.method == "OPTIONS" && !request.Header("Access-Control-Request-Method").empty();
  return preflight ? 403 : 0;
}

}  // namespace hostpulse::http
