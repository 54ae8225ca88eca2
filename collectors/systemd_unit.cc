#include "collectors/systemd_unit.h"

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

std::size_t DigitsAt(std::string_view text, std::size_t start) {
  std::size_t end = start;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return end - start;
}

}  // namespace

std::string_view SystemdUnitKind(std::string_view unit) {
  return unit.substr(unit.rfind('.') + 1);
}

double ParseSystemdVersion(std::string_view version) {
  constexpr std::size_t kFewestDigits = 3;
  std::size_t start = 0;
  while (start < version.size()) {
    const std::size_t digits = DigitsAt(version, start);
    if (digits < kFewestDigits) {
      start += digits + 1;
      continue;
    }
    std::size_t size = digits;
    if (version.substr(start + size).starts_with('.')) {
      const std::size_t fraction = DigitsAt(version, start + size + 1);
      if (fraction > 0) size += 1 + fraction;
    }
    return kernel::ParseDouble(version.substr(start, size)).value_or(0);
  }
  return 0;
}

}  // namespace hostpulse::collectors
