#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/kernel/kernel_dir.h"

namespace hostpulse::collectors {

inline constexpr MetricDesc kCoreThrottles = {
    "node_cpu_core_throttles_total", kCounter, "core,package", "",
    "How often the core was slowed down because it was too hot."};
inline constexpr MetricDesc kPackageThrottles = {
    "node_cpu_package_throttles_total", kCounter, "package", "",
    "How often the package was slowed down because it was too hot."};
inline constexpr MetricDesc kCpuOnline = {"node_cpu_online", kGauge, "cpu", "bool",
                                          "1 where the CPU is online, else 0."};
inline constexpr MetricDesc kCpuIsolated = {"node_cpu_isolated", kGauge, "cpu", "bool",
                                            "CPUs kept free by isolcpus; the value is always 1."};

// The part of the cpu collector that reads /sys/devices/system/cpu: throttling, which CPUs are
// online, which were isolated at the start. Where the CPUs and their files are is found out anew
// only when the set of online CPUs changes.
class CpuSysfs {
 public:
  explicit CpuSysfs(const CollectorContext& context);

  Status Collect(MetricBatch& out);

 private:
  struct Throttle {
    std::string package;
    std::string core;  // Empty for that of a package.
    kernel::KernelFile count;
  };
  struct Online {
    std::string cpu;
    bool online;
  };

  Status Refresh();
  void Survey(std::string_view cpu);
  void SurveyThrottles(const std::string& directory);
  void SurveyOnline(const std::string& directory, std::string_view cpu);
  std::optional<std::string> ReadOnce(const std::string& path) const;
  void AddThrottle(std::vector<Throttle>& list, std::string_view package, std::string_view core,
                   std::string path);
  static Status AddCounts(std::vector<Throttle>& list, const MetricDesc& metric, MetricBatch& out);

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelFile online_set_;
  kernel::KernelDir directory_;
  std::string surveyed_;  // The set of online CPUs of the last survey.
  std::vector<Throttle> cores_;
  std::vector<Throttle> packages_;
  std::vector<Online> online_;  // Empty where the kernel does not tell.
  std::vector<std::string> isolated_;
};

}  // namespace hostpulse::collectors
