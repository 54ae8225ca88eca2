#include "core/metrics/text_writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace hostpulse {
namespace {

constexpr std::size_t kFirstSize = 4096;
constexpr std::size_t kLongestNumber = 32;
constexpr double kExactIntegers = 9007199254740992.0;  // 2^53

}  // namespace

TextWriter::TextWriter(std::string& out) : out_(out), data_(nullptr), used_(out.size()) {
  out_.resize(std::max(out_.capacity(), kFirstSize));
  data_ = out_.data();
}

void TextWriter::Grow(std::size_t room) {
  out_.resize(std::max(out_.size() * 2, used_ + room));
  data_ = out_.data();
}

void TextWriter::AppendNumber(double value) {
  if (std::isnan(value)) return Append("NaN");
  if (std::isinf(value)) return Append(value > 0 ? "+Inf" : "-Inf");
  char* const start = Room(kLongestNumber);
  char* end = nullptr;
  const auto whole = static_cast<std::int64_t>(std::abs(value) < kExactIntegers ? value : 0.5);
  if (static_cast<double>(whole) == value && (whole != 0 || !std::signbit(value))) {
    end = std::to_chars(start, start + kLongestNumber, whole).ptr;
  } else {
    end = std::to_chars(start, start + kLongestNumber, value).ptr;
  }
  used_ += static_cast<std::size_t>(end - start);
}

void TextWriter::AppendEscaped(std::string_view text, bool quotes) {
  char* const start = Room(text.size() * 2);
  char* to = start;
  for (const char c : text) {
    if (c == '\\' || c == '\n' || (quotes && c == '"')) *to++ = '\\';
    *to++ = c == '\n' ? 'n' : c;
  }
  used_ += static_cast<std::size_t>(to - start);
}

}  // namespace hostpulse
