#include "collectors/bcache_text.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kUnits = "kMGTPEZY";

// Cuts the letter off the end of `text`. Nothing where it is none of these.
std::optional<double> TakeUnit(std::string_view& text) {
  if (text.empty() || text.back() <= '9') return 1;
  const std::size_t power = kUnits.find(text.back());
  if (power == kUnits.npos) return std::nullopt;
  text.remove_suffix(1);
  return std::exp2(10 * static_cast<double>(power + 1));
}

std::optional<double> ParseMantissa(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto whole = kernel::ParseNumber<std::uint64_t>(text.substr(0, point));
  if (!whole) return std::nullopt;
  if (point == text.npos) return static_cast<double>(*whole);
  const auto fraction = kernel::ParseNumber<std::uint32_t>(text.substr(point + 1));
  if (!fraction) return std::nullopt;
  return static_cast<double>(*whole) + *fraction / 10.24;
}

}  // namespace

std::optional<double> ParseBcacheNumber(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto unit = TakeUnit(text);
  if (!unit) return std::nullopt;
  const auto mantissa = ParseMantissa(text);
  if (!mantissa) return std::nullopt;
  const double value = std::trunc(*mantissa * *unit);
  if (value >= 0x1p64) return std::nullopt;
  return negative ? -value : value;
}

std::optional<std::string_view> FindBcacheValue(std::string_view text, std::string_view key,
                                                std::string_view unit) {
  kernel::LineScanner lines(text);
  for (std::string_view line; lines.Next(line);) {
    if (!line.starts_with(key)) continue;
    line = kernel::Trim(line.substr(key.size()));
    if (line.ends_with(unit)) line.remove_suffix(unit.size());
    return line.substr(line.find_last_of(" \t") + 1);
  }
  return std::nullopt;
}

}  // namespace hostpulse::collectors
