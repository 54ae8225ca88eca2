#include "push/gateway/group_path.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hostpulse::push {
namespace {

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string PercentEncode(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (IsUnreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xf];
  }
  return out;
}

// RFC 4648, section 5, with its padding.
std::string Base64Url(std::string_view text) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    const std::string_view part = text.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < part.size() ? static_cast<unsigned char>(part[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= part.size() ? kAlphabet[bits >> (18 - 6 * i) & 0x3f] : '=';
    }
  }
  return out;
}

// What a slash in it would split, and what a URL parser takes for "here" and "one up".
bool NeedsBase64(std::string_view value) {
  return value.find('/') != value.npos || value == "." || value == "..";
}

void Append(std::string& path, std::string_view name, std::string_view value) {
  path.append("/").append(name);
  if (NeedsBase64(value)) {
    path.append("@base64/").append(Base64Url(value));
  } else {
    path.append("/").append(PercentEncode(value));
  }
}

}  // namespace

std::string GroupPath(const LabelSet& labels) {
  constexpr std::string_view kFirst[] = {"job", "instance"};
  std::string path = "/metrics";
  for (const std::string_view name : kFirst) {
    const std::string_view value = LabelValue(labels, name);
    if (!value.empty()) Append(path, name, value);
  }
  for (const Label& label : labels) {
    if (label.name != kFirst[0] && label.name != kFirst[1]) Append(path, label.name, label.value);
  }
  return path;
}

}  // namespace hostpulse::push
