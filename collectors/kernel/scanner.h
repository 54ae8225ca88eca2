#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hostpulse::kernel {

// The whole of `text` as a number, or nothing: no sign for unsigned types, no white space, no
// leftovers, no overflow, no locale.
template <std::integral Integer>
std::optional<Integer> ParseNumber(std::string_view text, int base = 10) {
  Integer value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return value;
}
// As Go's ParseFloat takes it where the kernel prints a decimal: digits, sign, point, exponent.
std::optional<double> ParseDouble(std::string_view text);

// White space is what C's isspace has in the C locale.
std::string_view Trim(std::string_view text);

// Takes a text apart at '\n'; the last line needs none. Views into the text, no copies.
class LineScanner {
 public:
  explicit LineScanner(std::string_view text) : rest_(text) {}

  // The next line without its end; false at the end of the text.
  bool Next(std::string_view& line) {
    if (rest_.empty()) return false;
    const std::size_t end = rest_.find('\n');
    line = rest_.substr(0, end);
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
    ++number_;
    return true;
  }
  // Of the line last returned, from 1.
  int number() const { return number_; }

 private:
  std::string_view rest_;
  int number_ = 0;
};

// Takes a line apart at runs of spaces and tabs.
class FieldScanner {
 public:
  explicit FieldScanner(std::string_view line) : rest_(line) {}

  // The next field, empty at the end of the line.
  std::string_view Next() {
    std::size_t start = 0;
    while (start < rest_.size() && IsBlank(rest_[start])) ++start;
    std::size_t end = start;
    while (end < rest_.size() && !IsBlank(rest_[end])) ++end;
    const std::string_view field = rest_.substr(start, end - start);
    rest_.remove_prefix(end);
    return field;
  }
  // The next field as a number; nothing if it is missing or is not one.
  template <std::integral Integer>
  std::optional<Integer> NextNumber(int base = 10) {
    return ParseNumber<Integer>(Next(), base);
  }
  // Passes over `count` fields.
  void Skip(int count) {
    while (count-- > 0) Next();
  }
  // What has not been taken yet.
  std::string_view rest() const { return rest_; }

 private:
  static constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }

  std::string_view rest_;
};

}  // namespace hostpulse::kernel
