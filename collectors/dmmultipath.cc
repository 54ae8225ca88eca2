// Multipath maps of the device mapper and their paths, from /sys/block/dm-N.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "collectors/attribute_reader.h"
#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kDeviceLabels = "device,sysfs_name";

enum Metric { kActive, kInfo, kPaths, kPathsActive, kPathsFailed, kSize, kPathState, kMetricCount };
constexpr std::array<MetricDesc, kMetricCount> kMetrics = {{
    {"node_dmmultipath_device_active", kGauge, kDeviceLabels, "bool",
     "1 where the multipath map is in use, 0 where it is suspended."},
    {"node_dmmultipath_device_info", kGauge, "device,sysfs_name,uuid", "1",
     "UUID of the multipath map; the value is always 1."},
    {"node_dmmultipath_device_paths", kGauge, kDeviceLabels, "paths",
     "Paths that the multipath map has."},
    {"node_dmmultipath_device_paths_active", kGauge, kDeviceLabels, "paths",
     "Paths of the multipath map whose device is running or live."},
    {"node_dmmultipath_device_paths_failed", kGauge, kDeviceLabels, "paths",
     "Paths of the multipath map whose device is neither running nor live."},
    {"node_dmmultipath_device_size_bytes", kGauge, kDeviceLabels, "bytes",
     "Size of the multipath map."},
    {"node_dmmultipath_path_state", kGauge, "device,path,state", "1",
     "State of the path's device, as the label; the value is always 1."},
}};

constexpr double kSectorSize = 512;
constexpr auto kAttribute = kernel::FileKind::kAttribute;

// One path, by the name of its block device.
struct Path {
  Path(const std::string& slaves, std::string_view name, kernel::DescriptorBudget& budget)
      : state(slaves + "/" + std::string(name) + "/device/state", budget, kAttribute) {}
  kernel::KernelFile state;
};

// One multipath map.
struct Map {
  Map(const std::string& directory, kernel::DescriptorBudget& budget)
      : name(directory + "/dm/name", budget, kAttribute),
        suspended(directory + "/dm/suspended", budget, kAttribute),
        size(directory + "/size", budget, kAttribute),
        slaves(directory + "/slaves", budget) {}
  kernel::KernelFile name;
  kernel::KernelFile suspended;
  kernel::KernelFile size;
  kernel::KernelDir slaves;
  KeptDevices<Path> paths;
};

// One device of the device mapper, of whatever kind: most are logical volumes.
struct DmDevice {
  DmDevice(std::string path, kernel::DescriptorBudget& budget)
      : directory(std::move(path)), uuid(directory + "/dm/uuid", budget, kAttribute) {}
  const std::string directory;
  kernel::KernelFile uuid;
  std::unique_ptr<Map> map;  // Once it was seen to be one.
};

// SCSI devices that work are "running", NVMe controllers "live".
bool IsWorking(std::string_view state) {
  return state == "running" || state == "live";
}

class DmMultipathCollector final : public Collector {
 public:
  explicit DmMultipathCollector(const CollectorContext& context)
      : descriptors_(context.descriptors), block_(context.paths.Sys("block"), descriptors_) {}

  Status Collect(MetricBatch& out) override {
    const auto names = block_.List();
    if (!names) return names.status();
    families_ = OpenFamilies(kMetrics, out);
    AttributeReader reader;
    devices_.Begin();
    for (const std::string_view name : *names) {
      if (name.starts_with("dm-")) Add(name, FindDevice(name), reader);
    }
    devices_.End();
    return reader.TakeStatus();
  }

 private:
  DmDevice& FindDevice(std::string_view name) {
    if (DmDevice* const known = devices_.Find(name)) return *known;
    std::string directory = block_.path() + "/";
    return devices_.Add(name, directory.append(name), descriptors_);
  }

  void Add(std::string_view sysfs_name, DmDevice& device, AttributeReader& reader) {
    const auto uuid = reader.Text(device.uuid);
    if (!uuid || !uuid->starts_with("mpath-")) {
      device.map.reset();
      return;
    }
    if (!device.map) device.map = std::make_unique<Map>(device.directory, descriptors_);
    Map& map = *device.map;
    const auto name = reader.Text(map.name);
    if (!name) return;  // It left after it was listed.

    const std::array<LabelView, 2> labels = {{{"device", *name}, {"sysfs_name", sysfs_name}}};
    families_[kInfo]->Add({labels[0], labels[1], {"uuid", *uuid}}, 1);
    if (const auto suspended = reader.Number(map.suspended)) {
      families_[kActive]->Add(labels, *suspended == 0 ? 1 : 0);
    }
    if (const auto sectors = reader.Number(map.size)) {
      families_[kSize]->Add(labels, static_cast<double>(*sectors) * kSectorSize);
    }
    AddPaths(labels, map, reader);
  }

  void AddPaths(const std::array<LabelView, 2>& labels, Map& map, AttributeReader& reader) {
    const auto names = map.slaves.List();
    if (!names) return;
    std::size_t working = 0;
    map.paths.Begin();
    for (const std::string_view path : *names) {
      // A path whose device was taken away stays in the map, without a state.
      auto& file = map.paths.FindOrAdd(path, map.slaves.path(), path, descriptors_).state;
      const std::string_view text = reader.Text(file).value_or("");
      const std::string_view state = text.empty() ? "unknown" : text;
      if (IsWorking(state)) ++working;
      families_[kPathState]->Add({labels[0], {"path", path}, {"state", state}}, 1);
    }
    map.paths.End();
    families_[kPaths]->Add(labels, static_cast<double>(names->size()));
    families_[kPathsActive]->Add(labels, static_cast<double>(working));
    families_[kPathsFailed]->Add(labels, static_cast<double>(names->size() - working));
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir block_;
  KeptDevices<DmDevice> devices_;
  std::array<FamilyBuilder*, kMetricCount> families_{};  // Of the collection under way.
};

Result<std::unique_ptr<Collector>> MakeDmMultipath(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<DmMultipathCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kDmmultipathCollector = {
    .name = "dmmultipath",
    .help = "Multipath maps of the device mapper and their paths.",
    .make = MakeDmMultipath,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
