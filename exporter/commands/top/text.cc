#include "exporter/commands/top/text.h"

#include <array>
#include <charconv>

#include "core/utf8.h"

namespace hostpulse::commands {
namespace {

bool IsContinuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// Cut to `width` characters, each taken for one column, which is right for all but wide ones;
// `columns` says how many are left.
std::string Cut(std::string_view text, std::size_t width, std::size_t& columns) {
  std::string out = Printable(text);
  columns = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (IsContinuation(out[i])) continue;
    if (columns == width) {
      out.resize(i);
      break;
    }
    ++columns;
  }
  return out;
}

}  // namespace

std::string FormatFixed(double value, int digits) {
  std::array<char, 400> buffer;  // The largest double has 309 digits before its point.
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                          std::chars_format::fixed, digits);
  return {buffer.data(), end};
}

std::string FormatBytes(double bytes) {
  constexpr std::array<const char*, 7> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  std::size_t unit = 0;
  while (bytes >= 1024 && unit + 1 < kUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  const int digits = unit == 0 || bytes >= 100 ? 0 : bytes >= 10 ? 1 : 2;
  return FormatFixed(bytes, digits) + " " + kUnits[unit];
}

std::string FormatPart(double part) {
  return FormatFixed(part * 100, 1) + " %";
}

std::string PadRight(std::string_view text, std::size_t width) {
  std::size_t columns = 0;
  std::string out = Cut(text, width, columns);
  return out.append(width - columns, ' ');
}

std::string PadLeft(std::string_view text, std::size_t width) {
  std::size_t columns = 0;
  const std::string out = Cut(text, width, columns);
  return std::string(width - columns, ' ') + out;
}

}  // namespace hostpulse::commands
