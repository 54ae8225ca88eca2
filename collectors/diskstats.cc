// Block-device counters from /proc/diskstats, with what udev and /sys/block know of the devices.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "collectors/device_filter.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/scanner.h"
#include "collectors/udev_data.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kInclude = "collector.diskstats.device-include";
constexpr std::string_view kExclude = "collector.diskstats.device-exclude";

constexpr std::array<FlagSpec, 3> kFlags = {{
    {.name = kExclude,
     .type = FlagType::kRegex,
     .default_value = R"(^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$)",
     .help = "Regular expression of the block devices to leave out."},
    {.name = kInclude,
     .type = FlagType::kRegex,
     .help =
         "Regular expression of the block devices to report, unless device-exclude takes them."},
    {.name = "collector.diskstats.ignored-devices",
     .type = FlagType::kRegex,
     .help = "Former name of --collector.diskstats.device-exclude.",
     .hidden = true,
     .alias_of = kExclude},
}};

// The columns behind the device's name. Linux before 4.18 has the first 11, before 5.5 the first
// 15.
constexpr std::array<MetricDesc, 17> kColumns = {{
    {"node_disk_reads_completed_total", kCounter, "device", "", "Reads completed."},
    {"node_disk_reads_merged_total", kCounter, "device", "",
     "Reads merged with a neighbouring one before they were queued."},
    {"node_disk_read_bytes_total", kCounter, "device", "bytes", "Bytes read."},
    {"node_disk_read_time_seconds_total", kCounter, "device", "seconds",
     "Time spent by all reads."},
    {"node_disk_writes_completed_total", kCounter, "device", "", "Writes completed."},
    {"node_disk_writes_merged_total", kCounter, "device", "",
     "Writes merged with a neighbouring one before they were queued."},
    {"node_disk_written_bytes_total", kCounter, "device", "bytes", "Bytes written."},
    {"node_disk_write_time_seconds_total", kCounter, "device", "seconds",
     "Time spent by all writes."},
    {"node_disk_io_now", kGauge, "device", "", "Requests in progress."},
    {"node_disk_io_time_seconds_total", kCounter, "device", "seconds",
     "Time during which a request was in progress."},
    {"node_disk_io_time_weighted_seconds_total", kCounter, "device", "seconds",
     "Time during which requests were in progress, times their number."},
    {"node_disk_discards_completed_total", kCounter, "device", "", "Discards completed."},
    {"node_disk_discards_merged_total", kCounter, "device", "",
     "Discards merged with a neighbouring one before they were queued."},
    {"node_disk_discarded_sectors_total", kCounter, "device", "sectors",
     "Sectors of 512 bytes discarded."},
    {"node_disk_discard_time_seconds_total", kCounter, "device", "seconds",
     "Time spent by all discards."},
    {"node_disk_flush_requests_total", kCounter, "device", "", "Flush requests completed."},
    {"node_disk_flush_requests_time_seconds_total", kCounter, "device", "seconds",
     "Time spent by all flush requests."},
}};
constexpr std::size_t kFewestColumns = 11;

// A factor, not a divisor, so that the last bit of a value is node_exporter's.
constexpr double kMillisecond = 0.001;
constexpr double kSector = 512;
constexpr std::array<double, kColumns.size()> kScales = {1,
                                                         1,
                                                         kSector,
                                                         kMillisecond,
                                                         1,
                                                         1,
                                                         kSector,
                                                         kMillisecond,
                                                         1,
                                                         kMillisecond,
                                                         kMillisecond,
                                                         1,
                                                         1,
                                                         1,
                                                         kMillisecond,
                                                         1,
                                                         kMillisecond};

constexpr MetricDesc kInfo = {"node_disk_info", kGauge,
                              "device,major,minor,model,path,revision,rotational,serial,wwn", "1",
                              "What the kernel and udev call the device; the value is always 1."};
constexpr MetricDesc kFilesystemInfo = {"node_disk_filesystem_info", kGauge,
                                        "device,type,usage,uuid,version", "1",
                                        "File system that udev found on the device."};
constexpr MetricDesc kMapperInfo = {"node_disk_device_mapper_info", kGauge,
                                    "device,lv_layer,lv_name,name,uuid,vg_name", "1",
                                    "What the device mapper calls the device."};

struct AtaMetric {
  UdevProperty property;
  MetricDesc desc;
};
constexpr std::array<AtaMetric, 3> kAtaMetrics = {{
    {UdevProperty::kAtaRotationRate,
     {"node_disk_ata_rotation_rate_rpm", kGauge, "device", "rpm",
      "Rotation rate of the ATA disk; 0 for a solid-state one."}},
    {UdevProperty::kAtaWriteCache,
     {"node_disk_ata_write_cache", kGauge, "device", "bool",
      "Whether the ATA disk has a write cache."}},
    {UdevProperty::kAtaWriteCacheEnabled,
     {"node_disk_ata_write_cache_enabled", kGauge, "device", "bool",
      "Whether the write cache of the ATA disk is on."}},
}};

constexpr auto kMetrics = [] {
  std::array<MetricDesc, kColumns.size() + 6> all{};
  auto* const rest = std::copy(kColumns.begin(), kColumns.end(), all.begin());
  rest[0] = kInfo;
  rest[1] = kFilesystemInfo;
  rest[2] = kMapperInfo;
  for (std::size_t i = 0; i < kAtaMetrics.size(); ++i) rest[3 + i] = kAtaMetrics[i].desc;
  return all;
}();

// The name of a device in paths of sysfs: "cciss/c0d0" is there as "cciss!c0d0".
std::string SysfsName(std::string_view device) {
  std::string name(device);
  std::replace(name.begin(), name.end(), '/', '!');
  return name;
}

// What is kept of a device between two collections.
struct Disk {
  Disk(const HostPaths& paths, kernel::DescriptorBudget& descriptors, bool is_wanted,
       std::string_view number, std::string_view name)
      : wanted(is_wanted),
        udev(paths.Udev("b" + std::string(number))),
        rotational(paths.Sys("block/" + SysfsName(name) + "/queue/rotational"), descriptors,
                   kernel::FileKind::kAttribute) {}
  const bool wanted;
  UdevData udev;
  kernel::KernelFile rotational;
};

class DiskstatsCollector final : public Collector {
 public:
  explicit DiskstatsCollector(const CollectorContext& context)
      : paths_(context.paths),
        descriptors_(context.descriptors),
        wants_(context.flags.String(kInclude), context.flags.String(kExclude)),
        file_(context.paths.Proc("diskstats"), context.descriptors,
              kernel::FileKind::kShortRecords) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();
    columns_ = OpenFamilies(kColumns, out);
    info_ = &out.Family(kInfo);
    disks_.Begin();
    Status status;
    kernel::LineScanner lines(*text);
    for (std::string_view line; status.ok() && lines.Next(line);) status = AddLine(line, out);
    disks_.End();
    return status;
  }

 private:
  Status AddLine(std::string_view line, MetricBatch& out) {
    kernel::FieldScanner fields(line);
    const std::string_view major = fields.Next();
    const std::string_view minor = fields.Next();
    const std::string_view device = fields.Next();
    if (device.empty()) return kernel::ParseError(file_.path(), "device", line);
    // A name may come back with other numbers, so that a disk is known by both.
    const std::string_view identity = line.substr(0, line.size() - fields.rest().size());
    Disk& disk = FindDisk(identity, major, minor, device);
    if (!disk.wanted) return {};

    std::array<std::uint64_t, kColumns.size()> values{};
    std::size_t count = 0;
    for (; count < values.size(); ++count) {
      const std::string_view field = fields.Next();
      if (field.empty()) break;
      const auto value = kernel::ParseNumber<std::uint64_t>(field);
      if (!value) return kernel::ParseError(file_.path(), kColumns[count].name, line);
      values[count] = *value;
    }
    if (count < kFewestColumns) return {};  // A partition, as Linux before 2.6.25 has it.
    for (std::size_t i = 0; i < count; ++i) {
      columns_[i]->Add({{"device", device}}, static_cast<double>(values[i]) * kScales[i]);
    }
    disk.udev.Refresh();
    AddInfo(major, minor, device, disk);
    AddUdev(device, disk.udev, out);
    return {};
  }

  Disk& FindDisk(std::string_view identity, std::string_view major, std::string_view minor,
                 std::string_view device) {
    if (Disk* const known = disks_.Find(identity)) return *known;
    std::string number(major);
    number.append(":").append(minor);
    return disks_.Add(identity, paths_, descriptors_, wants_(device), number, device);
  }

  void AddInfo(std::string_view major, std::string_view minor, std::string_view device,
               Disk& disk) const {
    using enum UdevProperty;
    const UdevData& udev = disk.udev;
    const auto rotational = disk.rotational.TryReadTrimmed();
    std::string_view serial = udev.Get(kScsiSerial);  // Usually what the label of the disk says.
    if (serial.empty()) serial = udev.Get(kSerialShort);
    if (serial.empty()) serial = udev.Get(kSerial);
    info_->Add({{"device", device},
                {"major", major},
                {"minor", minor},
                {"model", udev.Get(kModel)},
                {"path", udev.Get(kPath)},
                {"revision", udev.Get(kRevision)},
                {"rotational", rotational ? *rotational : "0"},
                {"serial", serial},
                {"wwn", udev.Get(kWwn)}},
               1);
  }

  static void AddUdev(std::string_view device, const UdevData& udev, MetricBatch& out) {
    using enum UdevProperty;
    if (const std::string_view type = udev.Get(kFsType); !type.empty()) {
      out.Family(kFilesystemInfo)
          .Add({{"device", device},
                {"type", type},
                {"usage", udev.Get(kFsUsage)},
                {"uuid", udev.Get(kFsUuid)},
                {"version", udev.Get(kFsVersion)}},
               1);
    }
    if (const std::string_view name = udev.Get(kDmName); !name.empty()) {
      out.Family(kMapperInfo)
          .Add({{"device", device},
                {"lv_layer", udev.Get(kDmLvLayer)},
                {"lv_name", udev.Get(kDmLvName)},
                {"name", name},
                {"uuid", udev.Get(kDmUuid)},
                {"vg_name", udev.Get(kDmVgName)}},
               1);
    }
    if (udev.Get(kAta).empty()) return;
    for (const AtaMetric& ata : kAtaMetrics) {
      if (const auto value = kernel::ParseDouble(udev.Get(ata.property))) {
        out.Family(ata.desc).Add({{"device", device}}, *value);
      }
    }
  }

  const HostPaths paths_;
  kernel::DescriptorBudget& descriptors_;
  const DeviceFilter wants_;
  kernel::KernelFile file_;
  KeptDevices<Disk> disks_;  // By the front of their line, up to the name.
  std::array<FamilyBuilder*, kColumns.size()> columns_{};  // Of the collection that is going on.
  FamilyBuilder* info_ = nullptr;
};

Result<std::unique_ptr<Collector>> MakeDiskstats(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<DiskstatsCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kDiskstatsCollector = {
    .name = "diskstats",
    .help = "Block-device counters and what udev knows of the devices.",
    .make = MakeDiskstats,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
