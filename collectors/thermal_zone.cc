// Temperatures of the thermal zones and states of the cooling devices, from /sys/class/thermal.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/sysfs_attributes.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 3> kMetrics = {{
    {"node_thermal_zone_temp", kGauge, "type,zone", "celsius", "Temperature of a thermal zone."},
    {"node_cooling_device_cur_state", kGauge, "name,type", "",
     "How much a cooling device is throttling or cooling now, in steps of its own."},
    {"node_cooling_device_max_state", kGauge, "name,type", "",
     "The most that a cooling device can throttle or cool, in steps of its own."},
}};

enum ZoneFile { kZoneType, kTemp };
constexpr std::array<std::string_view, 2> kZoneFiles = {"type", "temp"};
enum DeviceFile { kDeviceType, kCurState, kMaxState };
constexpr std::array<std::string_view, 3> kDeviceFiles = {"type", "cur_state", "max_state"};

class ThermalZoneCollector final : public Collector {
 public:
  explicit ThermalZoneCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        directory_(context.paths.Sys("class/thermal"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return Unlisted(names.status());

    temperature_ = &out.Family(kMetrics[0]);
    cur_state_ = &out.Family(kMetrics[1]);
    max_state_ = &out.Family(kMetrics[2]);
    Status status;
    devices_.Begin();
    for (const std::string_view name : *names) {
      const std::string_view zone = DeviceNumber(name, "thermal_zone");
      const std::string_view device = DeviceNumber(name, "cooling_device");
      if (!zone.empty()) AddZone(zone, Find(name, kZoneFiles), status);
      if (!device.empty()) AddCoolingDevice(device, Find(name, kDeviceFiles), status);
    }
    devices_.End();
    return status;
  }

 private:
  // A kernel without the thermal framework has no zones, which node_exporter takes for a success.
  static Status Unlisted(const Status& status) {
    return status.code() == ErrorCode::kAbsent ? Status() : status;
  }

  Attributes& Find(std::string_view name, std::span<const std::string_view> files) {
    if (Attributes* const known = devices_.Find(name)) return *known;
    std::string path = directory_.path() + "/";
    return devices_.Add(name, OpenAttributes(path.append(name), files, descriptors_));
  }

  void AddZone(std::string_view zone, Attributes& files, Status& status) {
    const auto type = files[kZoneType].TryReadTrimmed();
    if (!type) return;
    const auto millidegrees = TryReadNumber<std::int64_t>(files[kTemp], status);
    if (!millidegrees) return;
    temperature_->Add({{"type", *type}, {"zone", zone}}, static_cast<double>(*millidegrees) / 1000);
  }

  void AddCoolingDevice(std::string_view name, Attributes& files, Status& status) {
    const auto type = files[kDeviceType].TryReadTrimmed();
    if (!type) return;
    const auto add = [&](FamilyBuilder& family, DeviceFile file) {
      const auto state = TryReadNumber<std::int64_t>(files[file], status);
      if (state) family.Add({{"name", name}, {"type", *type}}, static_cast<double>(*state));
    };
    add(*cur_state_, kCurState);
    add(*max_state_, kMaxState);
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<Attributes> devices_;
  // Of the collection that is going on.
  FamilyBuilder* temperature_ = nullptr;
  FamilyBuilder* cur_state_ = nullptr;
  FamilyBuilder* max_state_ = nullptr;
};

Result<std::unique_ptr<Collector>> MakeThermalZone(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<ThermalZoneCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kThermalZoneCollector = {
    .name = "thermal_zone",
    .may_block = true,  // Some sensors sit behind an embedded controller.
    .help = "Thermal zones and cooling devices.",
    .make = MakeThermalZone,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
