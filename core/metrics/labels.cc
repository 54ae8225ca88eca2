#include "core/metrics/labels.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/utf8.h"

namespace hostpulse {
namespace {

constexpr std::size_t kMaxValueBytes = 1024;
constexpr std::size_t kLongestChar = 4;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// How many bytes stand in front of the first one that is not ASCII.
std::size_t AsciiLength(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::size_t at = 0;
  for (std::uint64_t bytes = 0; text.size() - at >= sizeof(bytes); at += sizeof(bytes)) {
    std::memcpy(&bytes, text.data() + at, sizeof(bytes));
    if ((bytes & kHighBits) != 0) break;
  }
  while (at < text.size() && (text[at] & 0x80) == 0) ++at;
  return at;
}

}  // namespace

void AssignLabelValue(std::string_view value, std::string& out) {
  // Cleaning never makes a text shorter, so no more of it can count, however long it is; a
  // character that begins inside is seen whole.
  value = value.substr(0, kMaxValueBytes + kLongestChar - 1);
  const std::size_t ascii = std::min(AsciiLength(value), kMaxValueBytes);
  out.assign(value.substr(0, ascii));
  value.remove_prefix(ascii);
  while (!value.empty()) {
    const Utf8Char next = DecodeUtf8(value);
    const std::string_view bytes = next.valid ? value.substr(0, next.length) : kReplacement;
    if (out.size() + bytes.size() > kMaxValueBytes) break;
    out.append(bytes);
    value.remove_prefix(next.length);
  }
}

int CompareLabels(const prometheus::ClientMetric& a, const prometheus::ClientMetric& b) {
  if (a.label.size() != b.label.size()) return a.label.size() < b.label.size() ? -1 : 1;
  for (std::size_t i = 0; i < a.label.size(); ++i) {
    if (const int order = a.label[i].value.compare(b.label[i].value); order != 0) return order;
  }
  for (std::size_t i = 0; i < a.label.size(); ++i) {
    if (const int order = a.label[i].name.compare(b.label[i].name); order != 0) return order;
  }
  return 0;
}

}  // namespace hostpulse
