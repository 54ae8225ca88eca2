// Settings and state of the watchdog devices, from /sys/class/watchdog.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/sysfs_attributes.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 7> kNumbers = {{
    {"node_watchdog_access_cs0", kGauge, "name", "",
     "Whether the next reset boots from the first flash chip, where the hardware has two."},
    {"node_watchdog_bootstatus", kGauge, "name", "",
     "Flags of the watchdog at boot (WDIOF_CARDRESET and others)."},
    {"node_watchdog_fw_version", kGauge, "name", "", "Version of the watchdog's firmware."},
    {"node_watchdog_nowayout", kGauge, "name", "bool",
     "Whether the watchdog cannot be stopped once it was started."},
    {"node_watchdog_pretimeout_seconds", kGauge, "name", "seconds",
     "How long before the timeout the watchdog gives notice."},
    {"node_watchdog_timeleft_seconds", kGauge, "name", "seconds",
     "Time that is left before the watchdog resets the host."},
    {"node_watchdog_timeout_seconds", kGauge, "name", "seconds",
     "Time without a sign of life after which the watchdog resets the host."},
}};
constexpr MetricDesc kInfo = {"node_watchdog_info", kGauge,
                              "identity,name,options,pretimeout_governor,state,status", "1",
                              "What the driver of the watchdog says of it; the value is always 1."};
constexpr auto kMetrics = [] {
  std::array<MetricDesc, kNumbers.size() + 1> all{};
  std::copy(kNumbers.begin(), kNumbers.end(), all.begin());
  all.back() = kInfo;
  return all;
}();

// In the order of the families; behind them what becomes labels.
constexpr std::array<std::string_view, 12> kFiles = {
    "access_cs0", "bootstatus", "fw_version", "nowayout", "pretimeout",          "timeleft",
    "timeout",    "identity",   "options",    "state",    "pretimeout_governor", "status"};
enum TextFile { kIdentity = kNumbers.size(), kOptions, kState, kPretimeoutGovernor, kStatus };

class WatchdogCollector final : public Collector {
 public:
  explicit WatchdogCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        directory_(context.paths.Sys("class/watchdog"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return names.status();

    const auto numbers = OpenFamilies(kNumbers, out);
    FamilyBuilder& info = out.Family(kInfo);
    Status status;
    watchdogs_.Begin();
    for (const std::string_view name : *names) {
      Attributes& files = Find(name);
      const bool has_number = AddNumbers(name, files, numbers, status);
      AddInfo(name, files, has_number, info);
    }
    watchdogs_.End();
    return status;
  }

 private:
  using Families = std::array<FamilyBuilder*, kNumbers.size()>;

  Attributes& Find(std::string_view name) {
    if (Attributes* const known = watchdogs_.Find(name)) return *known;
    std::string path = directory_.path() + "/";
    return watchdogs_.Add(name, OpenAttributes(path.append(name), kFiles, descriptors_));
  }

  static bool AddNumbers(std::string_view name, Attributes& files, const Families& families,
                         Status& status) {
    bool any = false;
    for (std::size_t i = 0; i < families.size(); ++i) {
      const auto value = TryReadNumber<std::int64_t>(files[i], status);
      if (value) families[i]->Add({{"name", name}}, static_cast<double>(*value));
      any = any || value;
    }
    return any;
  }

  // A watchdog of which nothing can be read left after it was listed.
  static void AddInfo(std::string_view name, Attributes& files, bool is_there,
                      FamilyBuilder& family) {
    const auto text = [&](TextFile file) {
      const auto read = files[file].TryReadTrimmed();
      is_there = is_there || read;
      return read.value_or(std::string_view());
    };
    const std::array<LabelView, 6> labels = {{{"identity", text(kIdentity)},
                                              {"name", name},
                                              {"options", text(kOptions)},
                                              {"pretimeout_governor", text(kPretimeoutGovernor)},
                                              {"state", text(kState)},
                                              {"status", text(kStatus)}}};
    if (is_there) family.Add(labels, 1);
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<Attributes> watchdogs_;
};

Result<std::unique_ptr<Collector>> MakeWatchdog(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<WatchdogCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kWatchdogCollector = {
    .name = "watchdog",
    .help = "Watchdog devices.",
    .make = MakeWatchdog,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
