#include "collectors/sysctl_spec.h"

#include <algorithm>
#include <utility>

#include "collectors/kernel/scanner.h"
#include "core/quoted.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kPrefix = "node_sysctl_";

constexpr bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// What may stand at the end of a metric name.
bool IsKey(std::string_view key) {
  return std::all_of(key.begin(), key.end(),
                     [](char c) { return IsAlphanumeric(c) || c == '_' || c == ':'; });
}

// Each run of other characters, with the underscores around it, becomes one underscore.
std::string MetricName(std::string_view name) {
  std::string metric(kPrefix);
  const auto skip = [&name](std::size_t at, auto belongs) {
    while (at < name.size() && belongs(name[at])) ++at;
    return at;
  };
  const auto is_underscore = [](char c) { return c == '_'; };
  const auto is_other = [](char c) { return !IsAlphanumeric(c) && c != '_'; };
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t others = skip(at, is_underscore);
    const std::size_t end = skip(others, is_other);
    if (end > others) {
      metric += '_';
      at = skip(end, is_underscore);
    } else {
      metric.append(name.substr(at, others - at));
      at = skip(others, IsAlphanumeric);
      metric.append(name.substr(others, at - others));
    }
  }
  return metric;
}

Status Bad(std::string_view text, std::string_view why) {
  std::string message = Quoted(text);
  return {ErrorCode::kInvalid, message.append(": ").append(why)};
}

Result<SysctlSpec> ParseName(std::string_view text, std::string_view name) {
  if (name.empty()) return Bad(text, "has no name; give a sysctl such as vm.swappiness");
  SysctlSpec spec{.name = std::string(name), .path = std::string(name)};
  std::replace(spec.path.begin(), spec.path.end(), '.', '/');
  return spec;
}

}  // namespace

Result<SysctlSpec> ParseSysctlSpec(std::string_view text) {
  const std::size_t colon = text.find(':');
  Result<SysctlSpec> spec = ParseName(text, text.substr(0, colon));
  if (!spec) return spec;
  const std::string metric = MetricName(spec->name);
  if (colon == text.npos) {
    spec->metrics.push_back(metric);
    return spec;
  }
  spec->with_keys = true;
  for (std::size_t at = colon; at != text.npos;) {
    const std::size_t start = at + 1;
    at = text.find(',', start);
    const std::string_view key = text.substr(start, at == text.npos ? at : at - start);
    if (!IsKey(key)) {
      return Bad(text, "key " + Quoted(key) + " may have letters, digits and underscores only");
    }
    spec->metrics.push_back(metric + "_" + std::string(key));
  }
  if (spec->metrics.size() == 1) {
    return Bad(text, "a single value takes no key; give a key for each of several, or none");
  }
  return spec;
}

Result<SysctlSpec> ParseSysctlInfoSpec(std::string_view text) {
  if (text.find(':') != text.npos) return Bad(text, "values that are text take no keys");
  return ParseName(text, text);
}

std::optional<double> ParseSysctlNumber(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.starts_with('0')) {
    base = 8;
  }
  const auto magnitude = kernel::ParseNumber<std::uint64_t>(text, base);
  constexpr std::uint64_t kLeast = std::uint64_t{1} << 63;
  if (!magnitude || (negative && *magnitude > kLeast)) return std::nullopt;
  return negative ? -static_cast<double>(*magnitude) : static_cast<double>(*magnitude);
}

}  // namespace hostpulse::collectors
