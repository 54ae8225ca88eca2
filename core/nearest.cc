#include "core/nearest.h"

#include <algorithm>
#include <utility>

namespace hostpulse {
namespace {

// Longer ones are no typing mistakes, and the work grows with the length.
constexpr std::size_t kLongest = 128;

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return Lower(c); });
  return out;
}

// Insertions, deletions, substitutions and swaps of neighbours that make `a` of `b`.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

std::size_t Distance(std::string_view wanted, std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const std::size_t whole = EditDistance(wanted, name);
  if (dot == name.npos || wanted.find('.') != wanted.npos) return whole;
  return std::min(whole, EditDistance(wanted, name.substr(dot + 1)));
}

}  // namespace

std::vector<std::string> NearestNames(std::string_view wanted, std::span<const std::string> names,
                                      std::size_t most) {
  if (wanted.empty() || wanted.size() > kLongest) return {};
  const std::string key = Lower(wanted);
  // One letter in three may be wrong, at least one in any but the shortest name and at most three.
  const std::size_t tolerated = std::clamp<std::size_t>(key.size() / 3, key.size() > 1 ? 1 : 0, 3);
  std::vector<std::pair<std::size_t, std::string_view>> near;
  for (const std::string& name : names) {
    const std::size_t distance = Distance(key, Lower(name));
    if (distance <= tolerated) near.emplace_back(distance, name);
  }
  std::sort(near.begin(), near.end());
  near.resize(std::min(near.size(), most));
  std::vector<std::string> out;
  out.reserve(near.size());
  for (const auto& [distance, name] : near) out.emplace_back(name);
  return out;
}

std::string DidYouMean(std::string_view wanted, std::span<const std::string> names) {
  const std::vector<std::string> near = NearestNames(wanted, names);
  std::string out;
  for (std::size_t i = 0; i < near.size(); ++i) {
    out += i == 0 ? "; did you mean \"" : (i + 1 == near.size() ? " or \"" : ", \"");
    out += near[i] + "\"";
  }
  if (!out.empty()) out += "?";
  return out;
}

}  // namespace hostpulse
