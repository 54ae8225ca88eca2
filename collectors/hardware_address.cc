#include "collectors/hardware_address.h"

namespace hostpulse::collectors {

std::string_view FormatHardwareAddress(std::span<const std::byte> address, std::string& text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  text.clear();
  for (const std::byte byte : address) {
    if (!text.empty()) text += ':';
    text += kDigits[std::to_integer<std::size_t>(byte >> 4)];
    text += kDigits[std::to_integer<std::size_t>(byte & std::byte{0xf})];
  }
  return text;
}

}  // namespace hostpulse::collectors
