#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/kernel_file.h"
#include "core/metrics/metric_batch.h"

namespace hostpulse::collectors {

// What sysfs says of each CPU: thermal throttling and whether it is online, from
// /sys/devices/system/cpu/cpuN (Documentation/ABI/testing/sysfs-devices-system-cpu). Files that a
// host does not have give no samples. One thread at a time.
class CpuTopology {
 public:
  // The families it fills.
  struct Families {
    FamilyBuilder& core_throttles;
    FamilyBuilder& package_throttles;
    FamilyBuilder& online;
  };

  CpuTopology(std::string directory, kernel::DescriptorBudget& budget);

  // The CPUs of one core or package share its counter: the first one reports it. Whether CPUs are
  // online is reported where cpu0 says so.
  // Errors: as KernelDir::List, kParse.
  Status Add(const Families& families);

  // The CPUs of /sys/devices/system/cpu/isolated, from a list like "2-5,9".
  static std::vector<std::string> ParseList(std::string_view list);

 private:
  // The descriptors of one CPU, and its place, which holds while it is there.
  struct Cpu {
    Cpu(const std::string& path, kernel::DescriptorBudget& budget);

    std::string package;  // Empty where the host does not say.
    std::string core;
    kernel::KernelFile core_throttles;
    kernel::KernelFile package_throttles;
    kernel::KernelFile online;
  };

  Status AddCpu(std::string_view number, Cpu& cpu, const Families& families);
  Status AddThrottles(Cpu& cpu, const Families& families);
  Status AddOnline(std::string_view number, Cpu& cpu, const Families& families);

  kernel::KernelDir directory_;
  kernel::DescriptorBudget& budget_;
  KeptDevices<Cpu> cpus_;
  // What this collection has reported already: packages, and cores by package.
  std::vector<std::string_view> packages_;
  std::vector<std::pair<std::string_view, std::string_view>> cores_;
  bool first_is_switchable_ = false;  // cpu0 has a file "online".
  std::string path_;                  // Of the CPU at hand; keeps its storage.
};

}  // namespace hostpulse::collectors
