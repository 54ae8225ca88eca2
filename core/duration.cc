#include "core/duration.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>

#include "core/quoted.h"

namespace hostpulse {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t nanoseconds;
};

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kMinute = 60 * kSecond;
constexpr std::uint64_t kHour = 60 * kMinute;
constexpr std::uint64_t kDay = 24 * kHour;
constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

// Go takes both the micro sign (U+00B5) and the Greek letter (U+03BC).
constexpr std::array<Unit, 11> kUnits = {{{"ns", 1},
                                          {"us", 1'000},
                                          {"\u00b5s", 1'000},
                                          {"\u03bcs", 1'000},
                                          {"ms", 1'000'000},
                                          {"s", kSecond},
                                          {"m", kMinute},
                                          {"h", kHour},
                                          {"d", kDay},
                                          {"w", 7 * kDay},
                                          {"y", 365 * kDay}}};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Takes the leading characters off `text` for which `wanted` holds.
template <typename Predicate>
std::string_view TakeWhile(std::string_view& text, Predicate wanted) {
  std::size_t length = 0;
  while (length < text.size() && wanted(text[length])) ++length;
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(length);
  return taken;
}

const Unit* FindUnit(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

// How many nanoseconds the digits behind a decimal point stand for; what is finer is cut off. From
// the last digit to the first, which keeps it exact in integers.
std::uint64_t Fraction(std::string_view digits, std::uint64_t unit) {
  std::uint64_t value = 0;
  for (; !digits.empty(); digits.remove_suffix(1)) {
    value = (static_cast<std::uint64_t>(digits.back() - '0') * unit + value) / 10;
  }
  return value;
}

// Takes "1.5h" off the front. Nothing if it is malformed or too large.
std::optional<std::uint64_t> TakeTerm(std::string_view& text) {
  const std::string_view whole = TakeWhile(text, IsDigit);
  std::string_view fraction;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    fraction = TakeWhile(text, IsDigit);
  }
  if (whole.empty() && fraction.empty()) return std::nullopt;
  const Unit* unit = FindUnit(TakeWhile(text, [](char c) { return c != '.' && !IsDigit(c); }));
  if (unit == nullptr) return std::nullopt;

  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), count);
  if (!whole.empty() && error != std::errc()) return std::nullopt;
  if (count > kMost / unit->nanoseconds) return std::nullopt;
  return count * unit->nanoseconds + Fraction(fraction, unit->nanoseconds);
}

Status Rejected(std::string_view text) {
  return {ErrorCode::kInvalid,
          "invalid duration " + Quoted(text) +
              ": wanted numbers with units (ns, us, ms, s, m, h, d, w, y) as in \"1h30m\""};
}

// "1.5" of 1,500,000,000 in units of 1,000,000,000: no zeros at the end.
void AppendDecimal(std::string& out, std::uint64_t value, std::uint64_t unit) {
  out += std::to_string(value / unit);
  std::uint64_t rest = value % unit;
  if (rest != 0) out += '.';
  for (; rest != 0; rest %= unit) {
    unit /= 10;
    out += static_cast<char>('0' + rest / unit);
  }
}

}  // namespace

Result<std::chrono::nanoseconds> ParseDuration(std::string_view text) {
  std::string_view rest = text;
  if (!rest.empty() && rest.front() == '+') rest.remove_prefix(1);
  if (rest == "0") return std::chrono::nanoseconds(0);
  if (rest.empty()) return Rejected(text);
  std::uint64_t total = 0;
  while (!rest.empty()) {
    const std::optional<std::uint64_t> term = TakeTerm(rest);
    if (!term || *term > kMost - total) return Rejected(text);
    total += *term;
  }
  return std::chrono::nanoseconds(static_cast<std::int64_t>(total));
}

std::string FormatDuration(std::chrono::nanoseconds duration) {
  if (duration.count() == 0) return "0s";
  std::string out = duration.count() < 0 ? "-" : "";
  auto rest = static_cast<std::uint64_t>(duration.count());
  if (duration.count() < 0) rest = 0 - rest;
  for (const Unit& unit : {Unit{"d", kDay}, Unit{"h", kHour}, Unit{"m", kMinute}}) {
    if (rest < unit.nanoseconds) continue;
    out.append(std::to_string(rest / unit.nanoseconds)).append(unit.name);
    rest %= unit.nanoseconds;
  }
  if (rest == 0) return out;
  for (const Unit& unit : {Unit{"s", kSecond}, Unit{"ms", 1'000'000}, Unit{"us", 1'000}}) {
    // Only a duration below one second is told in smaller units: "1m0.5s", "500ms".
    const bool small = out.empty() || out == "-";
    if (small && rest < unit.nanoseconds) continue;
    AppendDecimal(out, rest, unit.nanoseconds);
    return out.append(unit.name);
  }
  return out.append(std::to_string(rest)).append("ns");
}

}  // namespace hostpulse
