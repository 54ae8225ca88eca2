#include "push/transport/option_checks.h"

#include <algorithm>

namespace hostpulse::push {
namespace {

// No wait of a sender is longer: what is larger is a mistake in its unit.
constexpr auto kLongestWait = std::chrono::hours(24);

}  // namespace

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return (c >= 0 && c < ' ') || c == 127; });
}

void CheckOneOf(std::string_view key, std::string_view value,
                std::initializer_list<std::string_view> accepted, std::string_view why,
                Problems& problems) {
  if (std::find(accepted.begin(), accepted.end(), value) != accepted.end()) return;
  std::string list;
  for (const std::string_view one : accepted) list.append(list.empty() ? "" : " or ").append(one);
  std::string message = "\"" + std::string(value) + "\" ";
  problems.push_back({std::string(key), message.append(why).append(": wanted ").append(list)});
}

void CheckDuration(std::string_view key, std::chrono::nanoseconds value,
                   std::chrono::nanoseconds least, Problems& problems) {
  if (value >= least && value <= kLongestWait) return;
  problems.push_back({std::string(key), least.count() == 0
                                            ? "wanted 0s to 24h"
                                            : "wanted a time above 0 and up to 24h"});
}

}  // namespace hostpulse::push
