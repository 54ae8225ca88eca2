#pragma once

#include <algorithm>
#include <string_view>

namespace hostpulse::collectors {

// The number of a CPU, as text, from the name of its directory in /sys/devices/system/cpu:
// "cpu12" -> "12"; empty for its neighbours (cpufreq, cpuidle, online ...).
inline std::string_view CpuNumber(std::string_view directory) {
  constexpr std::string_view kPrefix = "cpu";
  if (!directory.starts_with(kPrefix)) return {};
  const std::string_view number = directory.substr(kPrefix.size());
  const bool digits =
      std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? number : std::string_view();
}

}  // namespace hostpulse::collectors
