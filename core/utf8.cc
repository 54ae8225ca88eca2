#include "core/utf8.h"

namespace hostpulse {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool InRange(char32_t code, char32_t first, char32_t last) {
  return code >= first && code <= last;
}

// The length that a leading byte announces; 0 for one that cannot lead.
std::size_t AnnouncedLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (InRange(lead, 0xC2, 0xDF)) return 2;
  if (InRange(lead, 0xE0, 0xEF)) return 3;
  if (InRange(lead, 0xF0, 0xF4)) return 4;
  return 0;
}

}  // namespace

Utf8Char DecodeUtf8(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = AnnouncedLength(lead);
  if (length == 1) return {lead, 1, true};
  if (length == 0 || length > text.size()) return {kReplacement, 1, false};

  char32_t code = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80U) return {kReplacement, 1, false};
    code = (code << 6U) | (byte & 0x3FU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  if (overlong || InRange(code, 0xD800, 0xDFFF) || code > 0x10FFFF) return {kReplacement, 1, false};
  return {code, length, true};
}

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    if (!c.valid) return false;
    text.remove_prefix(c.length);
  }
  return true;
}

bool IsUnprintable(char32_t code) {
  return code < 0x20 || InRange(code, 0x7F, 0x9F) || InRange(code, 0x200E, 0x200F) ||
         InRange(code, 0x2028, 0x202E) || InRange(code, 0x2066, 0x2069) || code == 0xFEFF;
}

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Char c = DecodeUtf8(text);
    if (!c.valid || IsUnprintable(c.code)) {
      out += '?';
    } else {
      out.append(text.substr(0, c.length));
    }
    text.remove_prefix(c.length);
  }
  return out;
}

}  // namespace hostpulse
