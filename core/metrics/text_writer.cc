#include "core/metrics/text_writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace hostpulse {
namespace {

constexpr double kExactIntegers = 9007199254740992.0;  // 2^53

char* PutNotFinite(char* to, double value) {
  if (std::isnan(value)) return Put(to, "NaN");
  return Put(to, value > 0 ? "+Inf" : "-Inf");
}

// A decimal with at most three places, as kernels count milliseconds and hundredths, or nullptr. A
// number of thousandths below 10^15 has at most 15 digits, and no two decimals of so few digits
// read as the same double: if this one reads as `value`, it is the shortest that does.
char* PutThousandths(char* to, double value) {
  constexpr double kMost = 1e12;
  const double size = std::abs(value);
  if (size >= kMost) return nullptr;
  // Not std::lround, which is a call of the C library: size is positive and far below 2^53.
  // NOLINTNEXTLINE(bugprone-incorrect-roundings)
  const auto thousandths = static_cast<std::int64_t>(size * 1000 + 0.5);
  if (static_cast<double>(thousandths) / 1000 != size) return nullptr;

  if (value < 0) *to++ = '-';
  to = std::to_chars(to, to + kNumberRoom, thousandths / 1000).ptr;
  auto rest = static_cast<int>(thousandths % 1000);
  *to++ = '.';
  for (int unit = 100; rest != 0; unit /= 10) {
    *to++ = static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
  return to;
}

// Eight bytes of which none is a newline, a double quote or a backslash.
bool AreAllPlain(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = kOnes << 7U;
  // The high bit of some byte is set if any byte is zero, and only then.
  const auto has_zero = [](std::uint64_t v) { return (v - kOnes) & ~v & kHighBits; };
  return (has_zero(bytes ^ (kOnes * '\n')) | has_zero(bytes ^ (kOnes * '"')) |
          has_zero(bytes ^ (kOnes * '\\'))) == 0;
}

}  // namespace

void TextWriter::Grow(std::size_t room) {
  const std::size_t used = size();
  const std::size_t wanted = used + std::max(room, piece_);
  const bool fits = used + room <= out_.capacity();
  out_.resize(fits ? std::min(wanted, out_.capacity()) : wanted);
  Continue(used);
}

void TextWriter::Append(std::string_view text) {
  Commit(Put(Reserve(text.size()), text));
}

void TextWriter::AppendNumber(double value) {
  Commit(PutNumber(Reserve(kNumberRoom), value));
}

void TextWriter::AppendBound(double value) {
  Commit(PutBound(Reserve(kNumberRoom), value));
}

void TextWriter::AppendEscaped(std::string_view text, bool quotes) {
  Commit(PutEscaped(Reserve(text.size() * 2), text, quotes));
}

char* PutNumber(char* to, double value) {
  if (!std::isfinite(value)) return PutNotFinite(to, value);
  if (std::abs(value) < kExactIntegers) {
    const auto whole = static_cast<std::int64_t>(value);
    if (static_cast<double>(whole) == value) {
      if (whole == 0 && std::signbit(value)) return Put(to, "-0");
      return std::to_chars(to, to + kNumberRoom, whole).ptr;
    }
    if (char* const end = PutThousandths(to, value)) return end;
  }
  return std::to_chars(to, to + kNumberRoom, value).ptr;
}

char* PutBound(char* to, double value) {
  if (!std::isfinite(value)) return PutNotFinite(to, value);
  const double size = std::abs(value);
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e6);
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  return std::to_chars(to, to + kNumberRoom, value, format).ptr;
}

char* PutFloatBound(char* to, double value) {
  char* const end = PutBound(to, value);
  const std::string_view text(to, static_cast<std::size_t>(end - to));
  const bool integer = text.find_first_not_of("-0123456789") == text.npos;
  return integer ? Put(end, ".0") : end;
}

char* PutEscaped(char* to, std::string_view text, bool quotes) {
  const char* from = text.data();
  const char* const end = from + text.size();
  for (std::uint64_t bytes = 0; end - from >= static_cast<std::ptrdiff_t>(sizeof(bytes));) {
    std::memcpy(&bytes, from, sizeof(bytes));
    if (!AreAllPlain(bytes)) break;
    std::memcpy(to, &bytes, sizeof(bytes));
    from += sizeof(bytes);
    to += sizeof(bytes);
  }
  for (; from != end; ++from) {
    if (*from == '\\' || *from == '\n' || (quotes && *from == '"')) *to++ = '\\';
    *to++ = *from == '\n' ? 'n' : *from;
  }
  return to;
}

}  // namespace hostpulse
