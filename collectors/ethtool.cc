// What network drivers report through ethtool's ioctl: statistics, link modes, driver.

#include "collectors/ethtool.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/device_filter.h"
#include "collectors/ethtool_modes.h"
#include "collectors/ethtool_names.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kInclude = "collector.ethtool.device-include";
constexpr std::string_view kExclude = "collector.ethtool.device-exclude";
constexpr std::string_view kMetricsInclude = "collector.ethtool.metrics-include";

constexpr std::array<FlagSpec, 3> kFlags = {{
    {.name = kInclude,
     .type = FlagType::kRegex,
     .help = "Devices to report; excludes device-exclude."},
    {.name = kExclude,
     .type = FlagType::kRegex,
     .help = "Devices to leave out; excludes device-include."},
    {.name = kMetricsInclude,
     .type = FlagType::kRegex,
     .default_value = ".*",
     .help = "Driver statistics to report."},
}};

enum Link : std::size_t {
  kAutoneg,
  kSupportedPort,
  kSupportedSpeed,
  kSupportedAutoneg,
  kSupportedPause,
  kSupportedAsymPause,
  kAdvertisedSpeed,
  kAdvertisedAutoneg,
  kAdvertisedPause,
  kAdvertisedAsymPause,
  kInfo,
};
// In the order of Link.
constexpr std::array<MetricDesc, 11> kLinkMetrics = {{
    {"node_network_autonegotiate", kGauge, "device", "",
     "Whether speed and duplex are negotiated with the other end."},
    {"node_network_supported_port_info", kGauge, "device,type", "",
     "A type of port that the device has."},
    {"node_network_supported_speed_bytes", kGauge, "device,duplex,mode", "bytes/second",
     "A speed that the device is capable of."},
    {"node_network_autonegotiate_supported", kGauge, "device", "",
     "Whether the device can negotiate speed and duplex."},
    {"node_network_pause_supported", kGauge, "device", "",
     "Whether the device knows pause frames."},
    {"node_network_asymmetricpause_supported", kGauge, "device", "",
     "Whether the device knows pause frames of one direction only."},
    {"node_network_advertised_speed_bytes", kGauge, "device,duplex,mode", "bytes/second",
     "A speed that the device offers to the other end."},
    {"node_network_autonegotiate_advertised", kGauge, "device", "",
     "Whether the device offers to negotiate speed and duplex."},
    {"node_network_pause_advertised", kGauge, "device", "",
     "Whether the device offers to obey pause frames."},
    {"node_network_asymmetricpause_advertised", kGauge, "device", "",
     "Whether the device offers pause frames of one direction only."},
    {"node_ethtool_info", kGauge,
     "bus_info,device,driver,expansion_rom_version,firmware_version,version", "1",
     "Driver and firmware of the device."},
}};

constexpr auto kMetrics = [] {
  std::array<MetricDesc, kLinkMetrics.size() + kEthtoolStats.size()> all{};
  std::copy(kEthtoolStats.begin(), kEthtoolStats.end(),
            std::copy(kLinkMetrics.begin(), kLinkMetrics.end(), all.begin()));
  return all;
}();

// A field of the driver's, which it may have filled to the brim.
template <std::size_t N>
std::string_view Text(const char (&field)[N]) {
  return {field, ::strnlen(field, N)};
}

// The names of an interface's statistics, and what became of them.
struct KeptNames {
  std::vector<char> names;
  std::vector<EthtoolStatName> stats;
};

class EthtoolCollector final : public Collector {
 public:
  EthtoolCollector(const CollectorContext& context, EthtoolCall call, DeviceFilter wants)
      : log_(context.log),
        wants_(std::move(wants)),
        wanted_stats_(context.flags.String(kMetricsInclude)),
        directory_(context.paths.Sys("class/net"), context.descriptors),
        ethtool_(std::move(call)) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return names.status();
    if (names->empty()) return {ErrorCode::kAbsent, directory_.path() + ": no network devices"};
    families_ = OpenFamilies(kLinkMetrics, out);
    devices_.Begin();
    for (const std::string_view device : *names) {
      if (wants_(device)) AddDevice(device, out);
    }
    devices_.End();
    return {};
  }

 private:
  void AddDevice(std::string_view device, MetricBatch& out) {
    ethtool_cmd settings{};
    if (Worked(ethtool_.ReadSettings(device, settings), "link settings", device)) {
      AddSettings(device, settings);
    }
    ethtool_drvinfo driver{};
    if (!Worked(ethtool_.ReadDriver(device, driver), "driver", device)) return;
    families_[kInfo]->Add({{"bus_info", Text(driver.bus_info)},
                           {"device", device},
                           {"driver", Text(driver.driver)},
                           {"expansion_rom_version", Text(driver.erom_version)},
                           {"firmware_version", Text(driver.fw_version)},
                           {"version", Text(driver.version)}},
                          1);
    EthtoolStats stats;
    if (Worked(ethtool_.ReadStats(device, driver.n_stats, stats), "statistics", device)) {
      AddStats(device, stats, out);
    }
  }

  // What a driver cannot do, an interface that left and statistics that were being rearranged are
  // no news.
  bool Worked(int error, std::string_view what, std::string_view device) {
    if (error == 0) return true;
    const bool expected = error == EOPNOTSUPP || error == ENODEV || error == EAGAIN;
    if (log_.Enabled(expected ? LogLevel::kDebug : LogLevel::kError)) {
      const std::initializer_list<LogField> fields = {
          {"device", device}, {"what", what}, {"error", std::strerror(error)}};
      expected ? log_.Debug("ethtool tells nothing", fields) : log_.Error("ethtool failed", fields);
    }
    return false;
  }

  void AddSettings(std::string_view device, const ethtool_cmd& settings) {
    families_[kAutoneg]->Add({{"device", device}}, settings.autoneg);
    for (const EthtoolPort& port : kEthtoolPorts) {
      if (!HasLinkMode(settings.supported, port.bit)) continue;
      families_[kSupportedPort]->Add({{"device", device}, {"type", port.type}}, 1);
    }
    AddModes(device, settings.supported, kSupportedSpeed);
    AddModes(device, settings.advertising, kAdvertisedSpeed);
  }

  // `speed` is the first of the four families that are filled from a mask.
  void AddModes(std::string_view device, std::uint32_t mask, Link speed) {
    constexpr double kBytes = 1e6 / 8;
    for (const EthtoolSpeed& each : kEthtoolSpeeds) {
      if (!HasLinkMode(mask, each.bit)) continue;
      families_[speed]->Add({{"device", device}, {"duplex", each.duplex}, {"mode", each.mode}},
                            each.mbits * kBytes);
    }
    constexpr std::array kBits = {ETHTOOL_LINK_MODE_Autoneg_BIT, ETHTOOL_LINK_MODE_Pause_BIT,
                                  ETHTOOL_LINK_MODE_Asym_Pause_BIT};
    for (std::size_t i = 0; i < kBits.size(); ++i) {
      families_[speed + 1 + i]->Add({{"device", device}}, HasLinkMode(mask, kBits[i]) ? 1 : 0);
    }
  }

  void AddStats(std::string_view device, const EthtoolStats& stats, MetricBatch& out) {
    KeptNames& kept = devices_.FindOrAdd(device);
    if (!std::equal(kept.names.begin(), kept.names.end(), stats.names.begin(), stats.names.end())) {
      kept.names.assign(stats.names.begin(), stats.names.end());
      kept.stats = NameEthtoolStats(kept.names, wanted_stats_);
    }
    for (const EthtoolStatName& stat : kept.stats) {
      out.Family(stat.family, stat.help, kUntyped)
          .Add({{"device", device}}, static_cast<double>(stats.values[stat.index]));
    }
  }

  Logger& log_;
  const DeviceFilter wants_;
  const Pattern wanted_stats_;
  kernel::KernelDir directory_;
  EthtoolIoctl ethtool_;
  KeptDevices<KeptNames> devices_;
  std::array<FamilyBuilder*, kLinkMetrics.size()> families_{};  // Of the collection going on.
};

Result<std::unique_ptr<Collector>> MakeKernelEthtool(const CollectorContext& context) {
  return MakeEthtool(context, KernelEthtool());
}

}  // namespace

Result<std::unique_ptr<Collector>> MakeEthtool(const CollectorContext& context, EthtoolCall call) {
  auto wants = DeviceFilter::FromFlags(context.flags, kInclude, kExclude);
  if (!wants) return wants.status();
  return std::unique_ptr<Collector>(
      std::make_unique<EthtoolCollector>(context, std::move(call), std::move(*wants)));
}

extern constinit const CollectorSpec kEthtoolCollector = {
    .name = "ethtool",
    .on_by_default = false,
    .may_block = true,  // Some drivers ask the hardware's firmware, and wait.
    .help = "Statistics and settings that network drivers report.",
    .make = MakeKernelEthtool,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
