// Frequencies and governors per CPU, from /sys/devices/system/cpu/cpuN/cpufreq
// (Documentation/admin-guide/pm/cpufreq.rst). A CPU that is offline has none.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/cpu_dirs.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 7> kFrequencies = {{
    {"node_cpu_frequency_avg_hertz", kGauge, "cpu", "hertz", "Average frequency of the CPU."},
    {"node_cpu_frequency_hertz", kGauge, "cpu", "hertz", "Frequency of the CPU now."},
    {"node_cpu_frequency_max_hertz", kGauge, "cpu", "hertz", "Highest frequency of the CPU."},
    {"node_cpu_frequency_min_hertz", kGauge, "cpu", "hertz", "Lowest frequency of the CPU."},
    {"node_cpu_scaling_frequency_hertz", kGauge, "cpu", "hertz",
     "Frequency that the governor asked for."},
    {"node_cpu_scaling_frequency_max_hertz", kGauge, "cpu", "hertz",
     "Highest frequency that the governor may ask for."},
    {"node_cpu_scaling_frequency_min_hertz", kGauge, "cpu", "hertz",
     "Lowest frequency that the governor may ask for."},
}};
// In the order of kFrequencies; each holds kHz.
constexpr std::array<std::string_view, kFrequencies.size()> kFiles = {
    "cpuinfo_avg_freq", "cpuinfo_cur_freq", "cpuinfo_max_freq", "cpuinfo_min_freq",
    "scaling_cur_freq", "scaling_max_freq", "scaling_min_freq",
};
constexpr MetricDesc kGovernor{"node_cpu_scaling_governor", kGauge, "cpu,governor", "",
                               "1 for the governor in force, 0 for the others at hand."};

constexpr auto kMetrics = [] {
  std::array<MetricDesc, kFrequencies.size() + 1> all{};
  std::copy(kFrequencies.begin(), kFrequencies.end(), all.begin());
  all.back() = kGovernor;
  return all;
}();

class Cpu {
 public:
  Cpu(std::string_view directory, std::string_view number, kernel::DescriptorBudget& budget)
      : number_(number),
        governor_(Path(directory, "scaling_governor"), budget, kernel::FileKind::kAttribute),
        governors_(Path(directory, "scaling_available_governors"), budget,
                   kernel::FileKind::kAttribute) {
    frequencies_.reserve(kFiles.size());
    for (const std::string_view file : kFiles) {
      frequencies_.emplace_back(Path(directory, file), budget, kernel::FileKind::kAttribute);
    }
  }

  Status Add(const std::array<FamilyBuilder*, kFrequencies.size()>& families,
             FamilyBuilder& governors) {
    for (std::size_t i = 0; i < frequencies_.size(); ++i) {
      const auto text = frequencies_[i].TryReadTrimmed();
      if (!text || *text == "<unknown>") continue;  // Drivers that cannot tell say so.
      const auto kilohertz = kernel::ParseNumber<std::uint64_t>(*text);
      if (!kilohertz) return kernel::ParseError(frequencies_[i].path(), "kHz", *text);
      families[i]->Add({{"cpu", number_}}, static_cast<double>(*kilohertz) * 1000);
    }
    AddGovernors(governors);
    return {};
  }

 private:
  static std::string Path(std::string_view directory, std::string_view file) {
    return std::string(directory).append("/cpufreq/").append(file);
  }

  void AddGovernors(FamilyBuilder& family) {
    const auto governor = governor_.TryReadTrimmed();
    if (!governor) return;
    const auto all = governors_.TryReadTrimmed();
    kernel::FieldScanner names(all.value_or(*governor));
    for (std::string_view name = names.Next(); !name.empty(); name = names.Next()) {
      family.Add({{"cpu", number_}, {"governor", name}}, name == *governor ? 1 : 0);
    }
  }

  const std::string number_;
  std::vector<kernel::KernelFile> frequencies_;  // In the order of kFiles.
  kernel::KernelFile governor_;
  kernel::KernelFile governors_;
};

class CpufreqCollector final : public Collector {
 public:
  explicit CpufreqCollector(const CollectorContext& context)
      : directory_(context.paths.Sys("devices/system/cpu"), context.descriptors),
        policies_(context.paths.Sys("devices/system/cpu/cpufreq"), context.descriptors),
        budget_(context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    // Without a driver for frequencies, as in most virtual machines, there is nothing to look for.
    const auto policies = policies_.List();
    if (policies && policies->empty()) return {};
    const auto entries = directory_.List();
    if (!entries) return entries.status();

    const auto families = OpenFamilies(kFrequencies, out);
    auto& governors = out.Family(kGovernor);
    cpus_.Begin();
    for (const std::string_view entry : *entries) {
      const std::string_view number = CpuNumber(entry);
      if (number.empty()) continue;
      path_.assign(directory_.path()).append("/").append(entry);
      if (Status status = cpus_.FindOrAdd(entry, path_, number, budget_).Add(families, governors);
          !status) {
        return status;
      }
    }
    cpus_.End();
    return {};
  }

 private:
  kernel::KernelDir directory_;
  kernel::KernelDir policies_;
  kernel::DescriptorBudget& budget_;
  KeptDevices<Cpu> cpus_;
  std::string path_;  // Of the CPU at hand; keeps its storage.
};

Result<std::unique_ptr<Collector>> MakeCpufreq(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<CpufreqCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kCpufreqCollector = {
    .name = "cpufreq",
    .help = "Frequencies and governors per CPU (/sys/devices/system/cpu/cpuN/cpufreq).",
    .make = MakeCpufreq,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
