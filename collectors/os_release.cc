#include "collectors/os_release.h"

#include <algorithm>
#include <chrono>

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

bool IsNameByte(char byte) {
  return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
         (byte >= '0' && byte <= '9') || byte == '_';
}

// Takes the value up to its closing quote or, without one, to the first blank; `rest` keeps what
// comes after. False where a quote or an escape has no end.
bool TakeValue(std::string_view& rest, std::string& value) {
  char quote = '\0';
  if (rest.starts_with('"') || rest.starts_with('\'')) {
    quote = rest.front();
    rest.remove_prefix(1);
  }
  while (!rest.empty()) {
    const char byte = rest.front();
    if (quote == '\0' && (byte == ' ' || byte == '\t')) return true;
    rest.remove_prefix(1);
    if (quote != '\0' && byte == quote) return true;
    if (byte != '\\' || quote == '\'') {
      value += byte;
      continue;
    }
    if (rest.empty()) return false;
    value += rest.front();
    rest.remove_prefix(1);
  }
  return quote == '\0';
}

}  // namespace

Result<OsReleaseEntry> ParseOsReleaseLine(std::string_view line) {
  line = kernel::Trim(line);
  if (line.empty() || line.starts_with('#')) return {ErrorCode::kAbsent, ""};
  const std::size_t equals = line.find('=');
  if (equals == line.npos) return {ErrorCode::kParse, "no '=' in it"};
  OsReleaseEntry entry{.name = line.substr(0, equals), .value = {}};
  if (entry.name.empty() || !std::ranges::all_of(entry.name, IsNameByte)) {
    return {ErrorCode::kParse, "not a variable's name before '='"};
  }
  std::string_view rest = line.substr(equals + 1);
  if (!TakeValue(rest, entry.value)) return {ErrorCode::kParse, "a quote or escape without end"};
  rest = kernel::Trim(rest);
  if (!rest.empty() && !rest.starts_with('#')) {
    return {ErrorCode::kParse, "text behind the value"};
  }
  return entry;
}

std::optional<double> LeadingVersion(std::string_view version_id) {
  const auto digits = [&](std::size_t from) {
    while (from < version_id.size() && version_id[from] >= '0' && version_id[from] <= '9') ++from;
    return from;
  };
  std::size_t end = digits(0);
  if (end == 0) return std::nullopt;
  if (end < version_id.size() && version_id[end] == '.') end = digits(end + 1);
  std::string_view number = version_id.substr(0, end);
  if (number.ends_with('.')) number.remove_suffix(1);
  return kernel::ParseDouble(number);
}

std::optional<double> ParseDay(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = kernel::ParseNumber<unsigned>(text.substr(0, 4));
  const auto month = kernel::ParseNumber<unsigned>(text.substr(5, 2));
  const auto day = kernel::ParseNumber<unsigned>(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{*month}, std::chrono::day{*day}};
  if (!date.ok()) return std::nullopt;
  const std::chrono::seconds since_epoch = std::chrono::sys_days{date}.time_since_epoch();
  return static_cast<double>(since_epoch.count());
}

}  // namespace hostpulse::collectors
