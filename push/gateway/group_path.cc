#include "push/gateway/group_path.h"

#include <string_view>

#include "push/transport/base64.h"
#include "push/transport/option_checks.h"

namespace hostpulse::push {
namespace {

bool IsUnreserved(char c) {
  return IsAlphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
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
