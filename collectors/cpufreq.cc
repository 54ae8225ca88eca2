// Frequencies and governor of each CPU, from /sys/devices/system/cpu/cpuN/cpufreq/.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "collectors/cpu_list.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 7> kFrequencies = {{
    {"node_cpu_frequency_hertz", kGauge, "cpu", "hertz", "Frequency that the hardware reports."},
    {"node_cpu_frequency_avg_hertz", kGauge, "cpu", "hertz",
     "Average frequency that the hardware reports."},
    {"node_cpu_frequency_min_hertz", kGauge, "cpu", "hertz",
     "Lowest frequency that the hardware can have."},
    {"node_cpu_frequency_max_hertz", kGauge, "cpu", "hertz",
     "Highest frequency that the hardware can have."},
    {"node_cpu_scaling_frequency_hertz", kGauge, "cpu", "hertz",
     "Frequency that the kernel has last asked for or seen."},
    {"node_cpu_scaling_frequency_min_hertz", kGauge, "cpu", "hertz",
     "Lowest frequency that the kernel may ask for."},
    {"node_cpu_scaling_frequency_max_hertz", kGauge, "cpu", "hertz",
     "Highest frequency that the kernel may ask for."},
}};
// The files, in the order of the families.
constexpr std::array<std::string_view, 7> kFiles = {
    "cpuinfo_cur_freq", "cpuinfo_avg_freq", "cpuinfo_min_freq", "cpuinfo_max_freq",
    "scaling_cur_freq", "scaling_min_freq", "scaling_max_freq"};
constexpr MetricDesc kGovernor = {"node_cpu_scaling_governor", kGauge, "cpu,governor", "bool",
                                  "1 for the governor that chooses the frequency, else 0."};
constexpr auto kMetrics = [] {
  std::array<MetricDesc, kFrequencies.size() + 1> all{};
  std::copy(kFrequencies.begin(), kFrequencies.end(), all.begin());
  all.back() = kGovernor;
  return all;
}();

// A file that one host has and the next has not, or only root may read. After a failure it rests
// for a while: asking costs more than reading, and a host has hundreds of them.
class OptionalFile {
 public:
  OptionalFile(std::string path, kernel::DescriptorBudget& budget)
      : file_(std::move(path), budget, kernel::FileKind::kAttribute) {}

  std::optional<std::string_view> TryRead() {
    if (rest_ > 0) {
      --rest_;
      return std::nullopt;
    }
    const auto text = file_.TryReadTrimmed();
    if (!text) rest_ = kRest;
    return text;
  }
  const std::string& path() const { return file_.path(); }

 private:
  static constexpr int kRest = 15;  // Collections.

  kernel::KernelFile file_;
  int rest_ = 0;
};

struct CpuFiles {
  CpuFiles(const std::string& cpus, std::string_view cpu, kernel::DescriptorBudget& budget)
      : CpuFiles(cpus + "/" + std::string(cpu) + "/cpufreq/", budget) {}
  CpuFiles(const std::string& directory, kernel::DescriptorBudget& budget)
      : governor(directory + "scaling_governor", budget),
        governors(directory + "scaling_available_governors", budget) {
    frequencies.reserve(kFiles.size());
    for (const std::string_view name : kFiles) {
      frequencies.emplace_back(directory + std::string(name), budget);
    }
  }

  std::vector<OptionalFile> frequencies;
  OptionalFile governor;
  OptionalFile governors;
};

class CpufreqCollector final : public Collector {
 public:
  explicit CpufreqCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        directory_(context.paths.Sys("devices/system/cpu"), descriptors_),
        offline_(context.paths.Sys("devices/system/cpu/offline"), descriptors_,
                 kernel::FileKind::kAttribute) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return names.status();

    ListOffline();
    const auto families = OpenFamilies(kFrequencies, out);
    FamilyBuilder& governors = out.Family(kGovernor);
    Status status;
    cpus_.Begin();
    for (const std::string_view name : *names) {
      const std::string_view cpu = CpuOfDirectory(name);
      if (cpu.empty() || IsOffline(cpu)) continue;
      CpuFiles& files = cpus_.FindOrAdd(name, directory_.path(), name, descriptors_);
      Status of_cpu = AddFrequencies(cpu, files, families);
      if (status.ok()) status = std::move(of_cpu);
      AddGovernors(cpu, files, governors);
    }
    cpus_.End();
    return status;
  }

 private:
  using Families = std::array<FamilyBuilder*, kFrequencies.size()>;

  void ListOffline() {
    offline_cpus_.clear();
    const auto text = offline_.TryReadTrimmed();
    if (text) ForEachCpu(*text, [this](int cpu) { offline_cpus_.push_back(cpu); });
  }

  bool IsOffline(std::string_view cpu) const {
    const auto number = kernel::ParseNumber<int>(cpu);
    return number && std::binary_search(offline_cpus_.begin(), offline_cpus_.end(), *number);
  }

  static Status AddFrequencies(std::string_view cpu, CpuFiles& files, const Families& families) {
    Status status;
    for (std::size_t i = 0; i < families.size(); ++i) {
      const auto text = files.frequencies[i].TryRead();
      if (!text || *text == "<unknown>") continue;
      if (const auto kilohertz = kernel::ParseNumber<std::uint64_t>(*text)) {
        families[i]->Add({{"cpu", cpu}}, static_cast<double>(*kilohertz) * 1000);
      } else if (status.ok()) {
        status = kernel::ParseError(files.frequencies[i].path(), kFrequencies[i].name, *text);
      }
    }
    return status;
  }

  static void AddGovernors(std::string_view cpu, CpuFiles& files, FamilyBuilder& family) {
    const auto chosen = files.governor.TryRead();
    if (!chosen || chosen->empty()) return;
    const auto available = files.governors.TryRead();
    kernel::FieldScanner names(available.value_or(""));
    for (auto name = names.Next(); !name.empty(); name = names.Next()) {
      family.Add({{"cpu", cpu}, {"governor", name}}, name == *chosen ? 1 : 0);
    }
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  kernel::KernelFile offline_;
  std::vector<int> offline_cpus_;  // Ascending, as the kernel lists them.
  KeptDevices<CpuFiles> cpus_;
};

Result<std::unique_ptr<Collector>> MakeCpufreq(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<CpufreqCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kCpufreqCollector = {
    .name = "cpufreq",
    .help = "Frequencies and governor of each CPU (/sys/devices/system/cpu/cpu*/cpufreq).",
    .make = MakeCpufreq,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
