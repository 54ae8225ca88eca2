// CPU time per mode from /proc/stat, with what sysfs and /proc/cpuinfo know of each CPU.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/cpu_times.h"
#include "collectors/cpu_topology.h"
#include "collectors/cpuinfo.h"
#include "collectors/device_filter.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kGuestFlag = "collector.cpu.guest";
constexpr std::string_view kInfoFlag = "collector.cpu.info";
constexpr std::string_view kFlagsFlag = "collector.cpu.info.flags-include";
constexpr std::string_view kBugsFlag = "collector.cpu.info.bugs-include";
constexpr std::array<FlagSpec, 4> kFlags = {{
    {.name = kBugsFlag,
     .type = FlagType::kRegex,
     .default_value = "",
     .help = "Regular expression of the CPU bugs to report; turns cpu.info on."},
    {.name = kFlagsFlag,
     .type = FlagType::kRegex,
     .default_value = "",
     .help = "Regular expression of the CPU flags to report; turns cpu.info on."},
    {.name = kGuestFlag,
     .type = FlagType::kBool,
     .default_value = "true",
     .help = "Report the time that guests ran."},
    {.name = kInfoFlag,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Report what /proc/cpuinfo says of each CPU."},
}};

constexpr std::array<MetricDesc, 10> kMetrics = {{
    {"node_cpu_bug_info", kGauge, "bug", "", "A bug of the first CPU, as the kernel names it."},
    {"node_cpu_core_throttles_total", kCounter, "core,package", "",
     "How often the core was slowed down because of heat."},
    {"node_cpu_flag_info", kGauge, "flag", "", "A flag of the first CPU, as the kernel names it."},
    {"node_cpu_frequency_hertz", kGauge, "core,cpu,package", "hertz",
     "Frequency of the CPU as /proc/cpuinfo has it."},
    {"node_cpu_guest_seconds_total", kCounter, "cpu,mode", "seconds",
     "Time that the CPU ran virtual machines, in user and nice time too."},
    {"node_cpu_info", kGauge,
     "cachesize,core,cpu,family,microcode,model,model_name,package,stepping,vendor", "",
     "What /proc/cpuinfo says of the CPU."},
    {"node_cpu_isolated", kGauge, "cpu", "", "1 for a CPU kept free of the scheduler's balancing."},
    {"node_cpu_online", kGauge, "cpu", "", "Whether the CPU is online."},
    {"node_cpu_package_throttles_total", kCounter, "package", "",
     "How often the package was slowed down because of heat."},
    {"node_cpu_seconds_total", kCounter, "cpu,mode", "seconds",
     "Time that the CPU spent in each mode."},
}};
enum : std::size_t {
  kBug,
  kCoreThrottles,
  kFlag,
  kFrequency,
  kGuestSeconds,
  kInfo,
  kIsolated,
  kOnline,
  kPackageThrottles,
  kSeconds,
};

class CpuCollector final : public Collector {
 public:
  explicit CpuCollector(const CollectorContext& context)
      : stat_(context.paths.Proc("stat"), context.descriptors),
        cpuinfo_(context.paths.Proc("cpuinfo"), context.descriptors),
        current_frequency_(context.paths.Sys("devices/system/cpu/cpu0/cpufreq/cpuinfo_cur_freq"),
                           context.descriptors, kernel::FileKind::kAttribute),
        topology_(context.paths.Sys("devices/system/cpu"), context.descriptors),
        guest_(context.flags.Bool(kGuestFlag)),
        info_(context.flags.Bool(kInfoFlag) || !context.flags.String(kFlagsFlag).empty() ||
              !context.flags.String(kBugsFlag).empty()),
        frequency_(context.Enabled("cpufreq")) {
    if (const auto& flags = context.flags.String(kFlagsFlag); !flags.empty()) flags_.emplace(flags);
    if (const auto& bugs = context.flags.String(kBugsFlag); !bugs.empty()) bugs_.emplace(bugs);
    kernel::KernelFile isolated(context.paths.Sys("devices/system/cpu/isolated"),
                                context.descriptors, kernel::FileKind::kAttribute);
    isolated_ = CpuTopology::ParseList(isolated.TryReadTrimmed().value_or(""));
  }

  Status Collect(MetricBatch& out) override {
    if (info_) {
      if (Status status = AddInfo(out); !status) return status;
    }
    if (Status status = AddTimes(out); !status) return status;
    for (const std::string& cpu : isolated_) {
      out.Family(kMetrics[kIsolated]).Add({{"cpu", cpu}}, 1);
    }
    Status status =
        topology_.Add({out.Family(kMetrics[kCoreThrottles]),
                       out.Family(kMetrics[kPackageThrottles]), out.Family(kMetrics[kOnline])});
    // A host without the directory (a container's sysfs) still has its times.
    return status.code() == ErrorCode::kAbsent ? Status() : std::move(status);
  }

 private:
  Status AddTimes(MetricBatch& out) {
    const auto text = stat_.Read();
    if (!text) return text.status();
    auto& seconds = out.Family(kMetrics[kSeconds]);
    auto& guest_seconds = out.Family(kMetrics[kGuestSeconds]);
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line) && line.starts_with("cpu");) {
      kernel::FieldScanner fields(line.substr(3));
      if (line.starts_with("cpu ")) continue;  // The sum of the others.
      const std::string_view cpu = fields.Next();
      std::array<std::uint64_t, kCpuModes> ticks{};
      for (auto& mode : ticks) {
        const std::string_view field = fields.Next();
        if (field.empty()) break;  // Kernels before 2.6.33 have fewer modes.
        const auto value = kernel::ParseNumber<std::uint64_t>(field);
        if (!value) return kernel::ParseError(stat_.path(), "CPU time", line);
        mode = *value;
      }
      CpuTimes& times = TimesOf(cpu);
      times.Update(ticks);
      times.AddTo(cpu, seconds);
      if (guest_) times.AddGuestTo(cpu, guest_seconds);
    }
    return {};
  }

  CpuTimes& TimesOf(std::string_view cpu) {
    const auto known = times_.find(cpu);
    return known != times_.end() ? known->second : times_[std::string(cpu)];
  }

  Status AddInfo(MetricBatch& out) {
    const auto text = cpuinfo_.Read();
    if (!text) return text.status();
    ParseCpuInfo(*text, cpus_);
    auto& info = out.Family(kMetrics[kInfo]);
    for (const CpuInfo& cpu : cpus_) {
      info.Add({{"cachesize", cpu.cache_size},
                {"core", cpu.core_id},
                {"cpu", cpu.processor},
                {"family", cpu.family},
                {"microcode", cpu.microcode},
                {"model", cpu.model},
                {"model_name", cpu.model_name},
                {"package", cpu.physical_id},
                {"stepping", cpu.stepping},
                {"vendor", cpu.vendor}},
               1);
    }
    // cpufreq reports the same family with other labels where the host lets it.
    if (frequency_ && !current_frequency_.TryRead()) AddFrequencies(out);
    if (!cpus_.empty()) {
      AddWords(flags_, cpus_[0].flags, "flag", out.Family(kMetrics[kFlag]));
      AddWords(bugs_, cpus_[0].bugs, "bug", out.Family(kMetrics[kBug]));
    }
    return {};
  }

  void AddFrequencies(MetricBatch& out) {
    auto& family = out.Family(kMetrics[kFrequency]);
    for (const CpuInfo& cpu : cpus_) {
      const auto megahertz = kernel::ParseDouble(cpu.megahertz);
      if (!megahertz) continue;  // Not every architecture prints it.
      family.Add({{"core", cpu.core_id}, {"cpu", cpu.processor}, {"package", cpu.physical_id}},
                 *megahertz * 1e6);
    }
  }

  static void AddWords(const std::optional<Pattern>& wanted, std::string_view words,
                       std::string_view label, FamilyBuilder& family) {
    if (!wanted) return;
    kernel::FieldScanner scanner(words);
    for (std::string_view word = scanner.Next(); !word.empty(); word = scanner.Next()) {
      if (wanted->Matches(word)) family.Add({{label, word}}, 1);
    }
  }

  kernel::KernelFile stat_;
  kernel::KernelFile cpuinfo_;
  kernel::KernelFile current_frequency_;
  CpuTopology topology_;
  std::map<std::string, CpuTimes, std::less<>> times_;  // By number; a CPU that left may return.
  std::vector<CpuInfo> cpus_;
  std::vector<std::string> isolated_;
  std::optional<Pattern> flags_;
  std::optional<Pattern> bugs_;
  const bool guest_;
  const bool info_;
  const bool frequency_;
};

Result<std::unique_ptr<Collector>> MakeCpu(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<CpuCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kCpuCollector = {
    .name = "cpu",
    .help = "CPU time per mode, throttling and what the kernel knows of each CPU.",
    .make = MakeCpu,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
