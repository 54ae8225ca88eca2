#include "core/metrics/number_text.h"

#include <charconv>
#include <cmath>

namespace hostpulse {
namespace {

constexpr double kExactIntegers = 9007199254740992.0;  // 2^53

}  // namespace

void AppendInteger(std::uint64_t value, std::string& out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out.append(digits, end);
}

void AppendNumber(double value, std::string& out) {
  if (value >= 0 && value < kExactIntegers) {
    const auto whole = static_cast<std::uint64_t>(value);
    if (static_cast<double>(whole) == value && !std::signbit(value)) {
      AppendInteger(whole, out);
      return;
    }
  }
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
    out.append(digits, end);
  }
}

void AppendEscaped(std::string_view text, bool quotes, std::string& out) {
  const std::string_view special = quotes ? "\\\n\"" : "\\\n";
  for (std::size_t stop = 0; (stop = text.find_first_of(special)) != text.npos;) {
    out.append(text.substr(0, stop));
    out += '\\';
    out += text[stop] == '\n' ? 'n' : text[stop];
    text.remove_prefix(stop + 1);
  }
  out.append(text);
}

}  // namespace hostpulse
