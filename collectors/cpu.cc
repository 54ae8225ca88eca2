// What the CPUs do and are: times from /proc/stat, throttling and state from
// /sys/devices/system/cpu, and, if asked for, identity from /proc/cpuinfo.

#include <array>
#include <optional>

#include "collectors/collector.h"
#include "collectors/cpu_info.h"
#include "collectors/cpu_sysfs.h"
#include "collectors/cpu_times.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kGuestFlag = "collector.cpu.guest";
constexpr std::string_view kInfoFlag = "collector.cpu.info";
constexpr std::string_view kFlagsFlag = "collector.cpu.info.flags-include";
constexpr std::string_view kBugsFlag = "collector.cpu.info.bugs-include";
constexpr std::array<FlagSpec, 4> kFlags = {{
    {.name = kGuestFlag,
     .type = FlagType::kBool,
     .default_value = "true",
     .help = "Report the time that virtual machines took."},
    {.name = kInfoFlag,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Report the identity of the CPUs."},
    {.name = kFlagsFlag,
     .type = FlagType::kRegex,
     .help = "Flags of the CPU to report; turns collector.cpu.info on."},
    {.name = kBugsFlag,
     .type = FlagType::kRegex,
     .help = "Bugs of the CPU to report; turns collector.cpu.info on."},
}};

constexpr std::array<MetricDesc, 10> kMetrics = {
    kCpuSeconds,  kCpuGuestSeconds, kCoreThrottles, kPackageThrottles, kCpuOnline,
    kCpuIsolated, kCpuInfo,         kCpuFlagInfo,   kCpuBugInfo,       kCpuInfoFrequency,
};

class CpuCollector final : public Collector {
 public:
  explicit CpuCollector(const CollectorContext& context)
      : times_(context, context.flags.Bool(kGuestFlag)), sysfs_(context) {
    const std::string& flags = context.flags.String(kFlagsFlag);
    const std::string& bugs = context.flags.String(kBugsFlag);
    const bool asked = context.flags.Bool(kInfoFlag) || !flags.empty() || !bugs.empty();
    if (asked) info_.emplace(context, flags, bugs);
  }

  Status Collect(MetricBatch& out) override {
    if (info_) {
      if (Status status = info_->Collect(out); !status) return status;
    }
    if (Status status = times_.Collect(out); !status) return status;
    return sysfs_.Collect(out);
  }

 private:
  std::optional<CpuInfo> info_;
  CpuTimes times_;
  CpuSysfs sysfs_;
};

Result<std::unique_ptr<Collector>> MakeCpu(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<CpuCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kCpuCollector = {
    .name = "cpu",
    .help = "Time of each CPU by mode, throttling and, if asked for, identity.",
    .make = MakeCpu,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
