#include "collectors/bcachefs_text.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kPrefixes = "kMGTPEZY";

// "", "B", "k", "KiB", "M", "MiB" ... as a factor.
std::optional<double> ParseUnit(std::string_view unit) {
  if (unit.ends_with('B')) unit.remove_suffix(1);
  if (unit.empty()) return 1;
  if (unit.ends_with('i')) unit.remove_suffix(1);
  if (unit == "K") unit = "k";
  const std::size_t power = unit.size() == 1 ? kPrefixes.find(unit.front()) : kPrefixes.npos;
  if (power == kPrefixes.npos) return std::nullopt;
  return std::exp2(10 * static_cast<double>(power + 1));
}

// Bytes and events are whole, so what is less than one comes from rounding.
std::optional<double> Scale(double number, double factor) {
  const double value = std::trunc(number * factor);
  return value < 0x1p64 ? std::optional(value) : std::nullopt;
}

// The name at the front of a row, cut off together with the colon behind it. An error that this
// kernel has no name for is "(unknown error 312)".
std::string_view TakeName(std::string_view& line) {
  const std::size_t end = line.starts_with('(') ? line.find(')') + 1 : line.find_first_of(" \t:");
  const std::string_view name = line.substr(0, end);
  line = kernel::Trim(line.substr(name.size()));
  if (line.starts_with(':')) line.remove_prefix(1);
  return name;
}

}  // namespace

std::optional<double> TakeBcachefsNumber(kernel::FieldScanner& fields) {
  const std::string_view field = fields.Next();
  const std::size_t digits = std::min(field.find_first_not_of("0123456789."), field.size());
  const auto number = kernel::ParseDouble(field.substr(0, digits));
  const auto unit = ParseUnit(field.substr(digits));
  if (!number || !unit) return std::nullopt;
  if (digits < field.size()) return Scale(*number, *unit);

  kernel::FieldScanner after = fields;
  const std::string_view next = after.Next();
  const auto detached = next.empty() ? std::nullopt : ParseUnit(next);
  if (detached) fields = after;
  return Scale(*number, detached.value_or(1));
}

std::optional<double> ParseBcachefsNumber(std::string_view text) {
  kernel::FieldScanner fields(text);
  const auto number = TakeBcachefsNumber(fields);
  return fields.Next().empty() ? number : std::nullopt;
}

std::optional<double> ParseBcachefsCounter(std::string_view text) {
  constexpr std::string_view kKey = "since filesystem creation:";
  kernel::LineScanner lines(text);
  for (std::string_view line; lines.Next(line);) {
    line = kernel::Trim(line);
    if (line.starts_with(kKey)) return ParseBcachefsNumber(line.substr(kKey.size()));
  }
  return std::nullopt;
}

std::string_view ChosenBcachefsOption(std::string_view text) {
  const std::size_t open = text.find('[');
  if (open == text.npos) return text;
  const std::size_t close = text.find(']', open);
  return close == text.npos ? text : text.substr(open + 1, close - open - 1);
}

void ForEachBcachefsRow(std::string_view text, std::string_view heading, BcachefsRowVisitor visit) {
  std::string_view section;
  kernel::LineScanner lines(text);
  for (std::string_view line; lines.Next(line);) {
    std::string_view rest = kernel::Trim(line);
    const std::string_view name = TakeName(rest);
    if (name.empty() || name == heading) continue;
    if (rest.empty() && kernel::Trim(line).ends_with(':')) {
      section = name;
    } else {
      visit({section, name, kernel::FieldScanner(rest), line});
    }
  }
}

void ForEachBcachefsError(std::string_view text, BcachefsRowVisitor visit) {
  bool since_creation = false;
  kernel::LineScanner lines(text);
  for (std::string_view line; lines.Next(line);) {
    std::string_view rest = kernel::Trim(line);
    if (rest.starts_with("IO errors since ")) {
      since_creation = rest.ends_with("filesystem creation");
    } else if (since_creation && !rest.empty()) {
      const std::string_view name = TakeName(rest);
      visit({{}, name, kernel::FieldScanner(rest), line});
    }
  }
}

}  // namespace hostpulse::collectors
