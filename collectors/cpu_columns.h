#pragma once

#include <string_view>
#include <vector>

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {

// Takes the numbers of the CPUs, as text, from the heading of /proc/interrupts or /proc/softirqs:
// "CPU0 CPU2" -> "0", "2". False where it is not made of CPUs. `cpus` is assigned over, and keeps
// its storage; what is in it lives as long as the heading.
inline bool ReadCpuColumns(std::string_view heading, std::vector<std::string_view>& cpus) {
  constexpr std::string_view kPrefix = "CPU";
  cpus.clear();
  kernel::FieldScanner fields(heading);
  for (auto field = fields.Next(); !field.empty(); field = fields.Next()) {
    if (!field.starts_with(kPrefix)) return false;
    cpus.push_back(field.substr(kPrefix.size()));
    if (!kernel::ParseNumber<unsigned>(cpus.back())) return false;
  }
  return !cpus.empty();
}

}  // namespace hostpulse::collectors
