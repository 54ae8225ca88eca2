#pragma once

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace hostpulse::push {

// What is wrong with one key of a block of options: "tls_config.min_version", "url", ...
struct OptionProblem {
  std::string key;
  std::string message;

  bool operator==(const OptionProblem&) const = default;
};

using Problems = std::vector<OptionProblem>;

// Of ASCII.
bool IsAlphanumeric(char c);

// Whether there are characters that would end a header line, or a line of a log.
bool HasControl(std::string_view text);

// Each adds a problem with `key` where the value is not accepted.
void CheckOneOf(std::string_view key, std::string_view value,
                std::initializer_list<std::string_view> accepted, std::string_view why,
                Problems& problems);
void CheckDuration(std::string_view key, std::chrono::nanoseconds value,
                   std::chrono::nanoseconds least, Problems& problems);

}  // namespace hostpulse::push
