#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/device_filter.h"

namespace hostpulse::collectors {

inline constexpr MetricDesc kCpuInfo = {
    "node_cpu_info", kGauge,
    "cachesize,core,cpu,family,microcode,model,model_name,package,stepping,vendor", "1",
    "Identity of each CPU; the value is always 1."};
inline constexpr MetricDesc kCpuFlagInfo = {"node_cpu_flag_info", kGauge, "flag", "1",
                                            "Abilities of the first CPU that were asked for."};
inline constexpr MetricDesc kCpuBugInfo = {"node_cpu_bug_info", kGauge, "bug", "1",
                                           "Bugs of the first CPU that were asked for."};
// The cpufreq collector has a family of this name as well, with the label cpu alone.
inline constexpr MetricDesc kCpuInfoFrequency = {"node_cpu_frequency_hertz", kGauge,
                                                 "core,cpu,package", "hertz",
                                                 "Frequency of each CPU as /proc/cpuinfo has it."};

// The part of the cpu collector that reads /proc/cpuinfo.
class CpuInfo {
 public:
  // Empty patterns: no flags, no bugs.
  CpuInfo(const CollectorContext& context, std::string_view flags, std::string_view bugs);

  Status Collect(MetricBatch& out);

 private:
  // One CPU of the file; views into its text.
  struct Cpu {
    std::string_view number, vendor, family, model, model_name, microcode, stepping, cache_size,
        package, core, megahertz, flags, bugs;
  };

  static std::string_view Cpu::*FieldOf(std::string_view key);
  Status Add(const Cpu& cpu, bool first, MetricBatch& out);
  static void AddWords(std::string_view words, const Pattern* wanted, std::string_view label,
                       FamilyBuilder& family);
  // Whether the cpufreq collector reports this CPU's frequency.
  bool CpufreqHas(std::string_view cpu);

  kernel::KernelFile file_;
  std::unique_ptr<Pattern> flags_;  // Null where none is wanted.
  std::unique_ptr<Pattern> bugs_;
  const bool with_frequency_;
  const std::string cpu_directory_;  // ".../cpu/cpu"
  std::string path_;                 // Kept for its storage.
  bool cpufreq_has_ = false;         // Any CPU of this collection.
};

}  // namespace hostpulse::collectors
