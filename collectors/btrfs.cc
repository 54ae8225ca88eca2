// Space, commits and device errors of btrfs, from /sys/fs/btrfs/UUID and from the ioctls of mounted
// file systems.

#include "collectors/btrfs.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/attribute_reader.h"
#include "collectors/btrfs_block_groups.h"
#include "collectors/btrfs_metrics.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

// In the order of enum btrfs_dev_stat_values.
constexpr std::array<std::string_view, BTRFS_DEV_STAT_VALUES_MAX> kErrorTypes = {
    "write", "read", "flush", "corruption", "generation"};

// A line of commit_stats, "total_commit_ms 1234".
struct CommitLine {
  std::string_view key;
  BtrfsMetric metric;
  double divisor;
};
constexpr auto kCommitLines = std::to_array<CommitLine>({
    {"commits", kBtrfsCommits, 1},
    {"last_commit_ms", kBtrfsLastCommit, 1000},
    {"max_commit_ms", kBtrfsMaxCommit, 1000},
    {"total_commit_ms", kBtrfsCommitSeconds, 1000},
});

constexpr double kSectorSize = 512;
constexpr auto kAttribute = kernel::FileKind::kAttribute;

struct FileSystem {
  FileSystem(const std::string& path, kernel::DescriptorBudget& budget)
      : label(path + "/label", budget, kAttribute),
        uuid(path + "/metadata_uuid", budget, kAttribute),
        commits(path + "/commit_stats", budget, kAttribute),
        global_reserve(path + "/allocation/global_rsv_size", budget, kAttribute),
        devices(path + "/devices", budget),
        block_groups(path + "/allocation/", budget) {}
  kernel::KernelFile label;
  kernel::KernelFile uuid;
  kernel::KernelFile commits;
  kernel::KernelFile global_reserve;
  kernel::KernelDir devices;
  KeptDevices<kernel::KernelFile> device_sizes;
  BtrfsBlockGroups block_groups;
};

void AddCommits(std::string_view uuid, kernel::KernelFile& file, const BtrfsFamilies& families,
                AttributeReader& reader) {
  const auto text = reader.Text(file);  // Linux 6.0 has it.
  if (!text) return;
  kernel::LineScanner lines(*text);
  for (std::string_view line; lines.Next(line);) {
    kernel::FieldScanner fields(line);
    const std::string_view key = fields.Next();
    for (const CommitLine& known : kCommitLines) {
      if (known.key != key) continue;
      if (const auto value = fields.NextNumber<std::uint64_t>()) {
        families[known.metric]->Add({{"uuid", uuid}}, static_cast<double>(*value) / known.divisor);
      } else {
        reader.Note(kernel::ParseError(file.path(), key, line));
      }
    }
  }
}

void AddDevices(std::string_view uuid, std::span<const BtrfsDevice> devices,
                const BtrfsFamilies& families) {
  for (const BtrfsDevice& device : devices) {
    const std::array<LabelView, 3> labels = {
        {{"btrfs_dev_uuid", device.uuid}, {"device", device.name}, {"uuid", uuid}}};
    families[kBtrfsDeviceSize]->Add(labels, static_cast<double>(device.total_bytes));
    families[kBtrfsDeviceUnused]->Add(
        labels,
        static_cast<double>(static_cast<std::int64_t>(device.total_bytes - device.used_bytes)));
    for (std::size_t i = 0; i < device.error_count; ++i) {
      families[kBtrfsDeviceErrors]->Add({labels[0], labels[1], {"type", kErrorTypes[i]}, labels[2]},
                                        static_cast<double>(device.errors[i]));
    }
  }
}

class BtrfsCollector final : public Collector {
 public:
  BtrfsCollector(const CollectorContext& context, std::unique_ptr<BtrfsControl> control)
      : paths_(context.paths),
        descriptors_(context.descriptors),
        directory_(paths_.Sys("fs/btrfs"), descriptors_),
        devices_(paths_, descriptors_, std::move(control)) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    // Fine where the kernel has no btrfs, as node_exporter has it.
    if (!names) return names.status().code() == ErrorCode::kAbsent ? Status() : names.status();
    if (HasFileSystem(*names)) devices_.Update();
    families_ = OpenFamilies(kBtrfsMetrics, out);
    AttributeReader reader;
    file_systems_.Begin();
    for (const std::string_view name : *names) {
      if (IsFileSystem(name)) Add(name, FindFileSystem(name), reader);
    }
    file_systems_.End();
    return reader.TakeStatus();
  }

  // Opening a mount point may wait for what it lies on, and the ioctls for a lock. Where no file
  // system is mounted, the directory has nothing but "features" below it; a file system that does
  // not count the links of its directories gives 1.
  bool MayBlock() const override {
    struct stat status {};
    if (::stat(directory_.path().c_str(), &status) != 0) return false;
    return status.st_nlink < 2 || status.st_nlink > 3;
  }

 private:
  // The others are features and, in a kernel for developers, debug.
  static bool IsFileSystem(std::string_view name) { return name.find('-') != name.npos; }
  static bool HasFileSystem(std::span<const std::string_view> names) {
    return std::ranges::any_of(names, IsFileSystem);
  }

  FileSystem& FindFileSystem(std::string_view name) {
    if (FileSystem* const known = file_systems_.Find(name)) return *known;
    std::string path = directory_.path() + "/";
    return file_systems_.Add(name, path.append(name), descriptors_);
  }

  void Add(std::string_view fsid, FileSystem& file_system, AttributeReader& reader) {
    const auto names = file_system.devices.List();
    if (!names) return;  // It left after it was listed.
    // The UUID that its devices carry, where that was changed.
    const std::string_view text = reader.Text(file_system.uuid).value_or("");
    const std::string_view uuid = text.empty() ? fsid : text;
    families_[kBtrfsInfo]->Add(
        {{"label", reader.Text(file_system.label).value_or("")}, {"uuid", uuid}}, 1);
    if (const auto bytes = reader.Number(file_system.global_reserve)) {
      families_[kBtrfsGlobalReserve]->Add({{"uuid", uuid}}, static_cast<double>(*bytes));
    }
    AddCommits(uuid, file_system.commits, families_, reader);
    if (const auto devices = devices_.Find(fsid); !devices.empty()) {
      AddDevices(uuid, devices, families_);
    } else {
      AddDevicesBySysfs(uuid, *names, file_system, reader);
    }
    file_system.block_groups.Add(uuid, names->size(), families_, reader);
  }

  void AddDevicesBySysfs(std::string_view uuid, std::span<const std::string_view> names,
                         FileSystem& file_system, AttributeReader& reader) {
    file_system.device_sizes.Begin();
    for (const std::string_view name : names) {
      kernel::KernelFile* file = file_system.device_sizes.Find(name);
      if (file == nullptr) {
        std::string path = file_system.devices.path() + "/";
        path.append(name).append("/size");
        file = &file_system.device_sizes.Add(name, path, descriptors_, kAttribute);
      }
      if (const auto sectors = reader.Number(*file)) {
        families_[kBtrfsDeviceSizeBySysfs]->Add({{"device", name}, {"uuid", uuid}},
                                                static_cast<double>(*sectors) * kSectorSize);
      }
    }
    file_system.device_sizes.End();
  }

  const HostPaths& paths_;
  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  BtrfsDevices devices_;
  KeptDevices<FileSystem> file_systems_;
  BtrfsFamilies families_{};  // Of the collection under way.
};

Result<std::unique_ptr<Collector>> Make(const CollectorContext& context) {
  return MakeBtrfs(context, MakeKernelBtrfsControl());
}

}  // namespace

std::unique_ptr<Collector> MakeBtrfs(const CollectorContext& context,
                                     std::unique_ptr<BtrfsControl> control) {
  return std::make_unique<BtrfsCollector>(context, std::move(control));
}

extern constinit const CollectorSpec kBtrfsCollector = {
    .name = "btrfs",
    .may_block = true,
    .help = "Space, commits and device errors of btrfs file systems.",
    .make = Make,
    .metrics = kBtrfsMetrics,
};

}  // namespace hostpulse::collectors
