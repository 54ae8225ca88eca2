#include "collectors/kernel/scanner.h"

namespace hostpulse::kernel {
namespace {

constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }
constexpr bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::optional<double> ParseDouble(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return value;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view FieldScanner::Next() {
  std::size_t start = 0;
  while (start < rest_.size() && IsBlank(rest_[start])) ++start;
  std::size_t end = start;
  while (end < rest_.size() && !IsBlank(rest_[end])) ++end;
  const std::string_view field = rest_.substr(start, end - start);
  rest_.remove_prefix(end);
  return field;
}

}  // namespace hostpulse::kernel
