#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "collectors/attribute_files.h"
#include "collectors/infiniband_counters.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "core/metrics/family_builder.h"
#include "core/metrics/metric_desc.h"
#include "core/result.h"

namespace hostpulse::collectors {

inline constexpr std::array<MetricDesc, 3> kPortAttributes = {{
    {"node_infiniband_physical_state_id", kGauge, "device,port", "",
     "Physical state of the port: 1 sleep, 2 polling, 3 disabled, 4 training, 5 link up, 6 link "
     "error recovery."},
    {"node_infiniband_rate_bytes_per_second", kGauge, "device,port", "bytes/second",
     "Rate of the link."},
    {"node_infiniband_state_id", kGauge, "device,port", "",
     "Logical state of the port: 1 down, 2 initialising, 3 armed, 4 active, 5 active deferred."},
}};

// Everything that is said of a port: the attributes, then the counters in the order of their table.
inline constexpr auto kPortMetrics = [] {
  std::array<MetricDesc, kPortAttributes.size() + kPortCounters.size()> all{};
  auto* const rest = std::copy(kPortAttributes.begin(), kPortAttributes.end(), all.begin());
  std::transform(kPortCounters.begin(), kPortCounters.end(), rest,
                 [](const PortCounter& counter) { return counter.desc; });
  return all;
}();

// The files of a port, ports/N/ of an adapter in /sys/class/infiniband/. One thread at a time.
class InfinibandPort {
 public:
  // `path` ends with '/'. Which directories of counters there are is looked up at once.
  InfinibandPort(const std::string& path, kernel::DescriptorBudget& budget);

  // Adds a sample to each of the families of kPortMetrics that the port has a value for: none where
  // it has left, and none for a counter that the driver cannot read.
  // Errors: kParse for the first value that is none; the others are added all the same.
  Status AddTo(std::span<FamilyBuilder* const, kPortMetrics.size()> families,
               std::span<const LabelView> labels);

 private:
  // Drivers and kernels differ in the counters they have, so that those which are there are listed
  // each time: to try out sixty costs more.
  struct CounterFile {
    CounterFile(std::string_view directory, std::string_view name, std::string path,
                kernel::DescriptorBudget& budget);
    const PortCounter* counter;  // Null for one that is not exported.
    kernel::KernelFile file;
  };
  struct CounterDirectory {
    CounterDirectory(std::string path, kernel::DescriptorBudget& budget);
    kernel::KernelDir directory;
    KeptDevices<CounterFile> files;
  };
  static constexpr std::array<std::string_view, 3> kDirectories = {"counters", "counters_ext",
                                                                   "hw_counters"};

  Status AddCounters(std::size_t directory,
                     std::span<FamilyBuilder* const, kPortMetrics.size()> families,
                     std::span<const LabelView> labels);

  kernel::DescriptorBudget& budget_;
  AttributeFiles attributes_;
  std::array<std::optional<CounterDirectory>, kDirectories.size()> directories_;
};

}  // namespace hostpulse::collectors
