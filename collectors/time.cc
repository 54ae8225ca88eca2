// The host's time, its zone, and the clock sources of
// /sys/devices/system/clocksource/clocksource*/.

#include <array>
#include <ctime>
#include <map>
#include <string>

#include "collectors/collector.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr MetricDesc kNow = {"node_time_seconds", kGauge, "", "seconds",
                             "Time of the host since the epoch."};
constexpr MetricDesc kZone = {"node_time_zone_offset_seconds", kGauge, "time_zone", "seconds",
                              "Offset of the local time zone, east of Greenwich positive."};
constexpr MetricDesc kAvailable = {"node_time_clocksource_available_info", kGauge,
                                   "clocksource,device", "1",
                                   "A clock source that the kernel could use."};
constexpr MetricDesc kCurrent = {"node_time_clocksource_current_info", kGauge, "clocksource,device",
                                 "1", "The clock source that the kernel uses."};
constexpr std::array<MetricDesc, 4> kMetrics = {kNow, kZone, kAvailable, kCurrent};

constexpr std::string_view kClocksources = "devices/system/clocksource";

struct Clocksource {
  Clocksource(const std::string& directory, kernel::DescriptorBudget& budget)
      : available(directory + "/available_clocksource", budget, kernel::FileKind::kAttribute),
        current(directory + "/current_clocksource", budget, kernel::FileKind::kAttribute) {}
  kernel::KernelFile available;
  kernel::KernelFile current;
};

class TimeCollector final : public Collector {
 public:
  explicit TimeCollector(const CollectorContext& context)
      : clock_(context.clock),
        descriptors_(context.descriptors),
        directory_(context.paths.Sys(kClocksources), descriptors_) {
    ::tzset();  // localtime_r need not.
  }

  Status Collect(MetricBatch& out) override {
    const WallTime now = clock_.Now();
    out.Family(kNow).Add(ToSeconds(now.time_since_epoch()));
    AddZone(now, out);
    return AddClocksources(out);
  }

 private:
  static void AddZone(WallTime now, MetricBatch& out) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(
        std::chrono::floor<std::chrono::system_clock::duration>(now));
    std::tm local{};
    if (::localtime_r(&seconds, &local) == nullptr) return;
    out.Family(kZone).Add({{"time_zone", local.tm_zone}}, static_cast<double>(local.tm_gmtoff));
  }

  Status AddClocksources(MetricBatch& out) {
    const auto names = directory_.List();
    if (!names) {
      return names.status().code() == ErrorCode::kAbsent ? Status() : names.status();
    }
    // node_exporter counts the directories it finds and does not read the number in their names.
    int index = 0;
    for (const std::string_view name : *names) {
      if (!name.starts_with("clocksource")) continue;
      Status status = AddClocksource(Find(name), index++, out);
      if (!status) return status;
    }
    return {};
  }

  static Status AddClocksource(Clocksource& source, int index, MetricBatch& out) {
    const std::string device = std::to_string(index);
    const auto available = source.available.Read();
    if (!available) return available.status();
    kernel::FieldScanner fields(kernel::Trim(*available));
    for (std::string_view name = fields.Next(); !name.empty(); name = fields.Next()) {
      out.Family(kAvailable).Add({{"clocksource", name}, {"device", device}}, 1);
    }
    const auto current = source.current.ReadTrimmed();
    if (!current) return current.status();
    out.Family(kCurrent).Add({{"clocksource", *current}, {"device", device}}, 1);
    return {};
  }

  Clocksource& Find(std::string_view name) {
    const auto found = sources_.find(name);
    if (found != sources_.end()) return found->second;
    const std::string directory = directory_.path() + "/" + std::string(name);
    return sources_.try_emplace(std::string(name), directory, descriptors_).first->second;
  }

  const Clock& clock_;
  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  std::map<std::string, Clocksource, std::less<>> sources_;
};

Result<std::unique_ptr<Collector>> MakeTime(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<TimeCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kTimeCollector = {
    .name = "time",
    .help = "Time of day, time zone and clock sources.",
    .make = MakeTime,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
