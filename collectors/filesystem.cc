// Size, free space and state of mounted file systems: /proc/1/mountinfo and statfs(2).

#include "collectors/filesystem.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "collectors/device_filter.h"
#include "collectors/mount_table.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kMountPointsExclude = "collector.filesystem.mount-points-exclude";
constexpr std::string_view kMountPointsInclude = "collector.filesystem.mount-points-include";
constexpr std::string_view kFsTypesExclude = "collector.filesystem.fs-types-exclude";
constexpr std::string_view kFsTypesInclude = "collector.filesystem.fs-types-include";
constexpr std::string_view kMountTimeout = "collector.filesystem.mount-timeout";
constexpr std::string_view kStatWorkers = "collector.filesystem.stat-workers";

constexpr std::array<FlagSpec, 8> kFlags = {{
    {.name = kMountPointsExclude,
     .type = FlagType::kRegex,
     .default_value = "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|"
                      "var/lib/containers/storage/.+)($|/)",
     .help = "Mount points to leave out (not together with mount-points-include)."},
    {.name = kMountPointsInclude,
     .type = FlagType::kRegex,
     .help = "Mount points to report, and no others (not together with mount-points-exclude)."},
    {.name = kFsTypesExclude,
     .type = FlagType::kRegex,
     .default_value = "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|"
                      "hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|"
                      "securityfs|selinuxfs|squashfs|erofs|sysfs|tracefs)$",
     .help = "File system types to leave out (not together with fs-types-include)."},
    {.name = kFsTypesInclude,
     .type = FlagType::kRegex,
     .help = "File system types to report, and no others (not together with fs-types-exclude)."},
    {.name = kMountTimeout,
     .type = FlagType::kDuration,
     .default_value = "5s",
     .help = "How long to wait for a mount to answer; never more than a quarter of a second.",
     .hidden = true},
    {.name = kStatWorkers,
     .type = FlagType::kInt,
     .default_value = "4",
     .help = "How many network and FUSE mounts are asked at the same time.",
     .hidden = true},
    {.name = "collector.filesystem.ignored-mount-points",
     .type = FlagType::kRegex,
     .help = "Old name of mount-points-exclude.",
     .hidden = true,
     .alias_of = kMountPointsExclude},
    {.name = "collector.filesystem.ignored-fs-types",
     .type = FlagType::kRegex,
     .help = "Old name of fs-types-exclude.",
     .hidden = true,
     .alias_of = kFsTypesExclude},
}};

constexpr std::string_view kLabels = "device,device_error,fstype,mountpoint";

enum Metric {
  kAvailable,
  kDeviceError,
  kFiles,
  kFilesFree,
  kFree,
  kMountInfo,
  kPurgeable,
  kReadOnly,
  kSize,
  kMetricCount
};
constexpr std::array<MetricDesc, kMetricCount> kMetrics = {{
    {"node_filesystem_avail_bytes", kGauge, kLabels, "bytes",
     "Space that an ordinary user can still fill."},
    {"node_filesystem_device_error", kGauge, kLabels, "bool",
     "1 where the file system could not be asked, else 0; the label says why."},
    {"node_filesystem_files", kGauge, kLabels, "inodes", "Inodes that the file system has."},
    {"node_filesystem_files_free", kGauge, kLabels, "inodes", "Inodes that are not in use."},
    {"node_filesystem_free_bytes", kGauge, kLabels, "bytes",
     "Space that is not in use, including what is reserved for root."},
    {"node_filesystem_mount_info", kGauge, "device,major,minor,mountpoint", "1",
     "Device number of the mount; the value is always 1."},
    {"node_filesystem_purgeable_bytes", kGauge, kLabels, "bytes",
     "Space that the system may free on its own; always 0 on Linux."},
    {"node_filesystem_readonly", kGauge, kLabels, "bool",
     "1 where nothing can be written, else 0."},
    {"node_filesystem_size_bytes", kGauge, kLabels, "bytes", "Size of the file system."},
}};

// A collection waits for all that may block together, a second by default; whoever is slower than
// this is served by StatfsPool with the answer before.
constexpr std::chrono::milliseconds kLongestWait{250};
constexpr std::string_view kTimeout = "mountpoint timeout";

// What node_exporter's run-time says of an errno: the C library's text in lower case.
void DescribeErrno(int error, std::string& text) {
  const char* const known = error == ESTALE ? "stale NFS file handle" : ::strerrordesc_np(error);
  if (known != nullptr) {
    text = known;
  } else {
    text = "errno " + std::to_string(error);
  }
  if (text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
}

class FilesystemCollector final : public Collector {
 public:
  FilesystemCollector(const CollectorContext& context, MountTable mounts, StatfsPoolOptions pool)
      : init_(context.paths.Proc("1/mountinfo"), context.descriptors),
        self_(context.paths.Proc("self/mountinfo"), context.descriptors),
        mounts_(std::move(mounts)),
        statfs_(pool.statfs),
        pool_(std::move(pool)) {}

  Status Collect(MetricBatch& out) override {
    if (!mountinfo_->IsUnchanged()) {
      auto text = mountinfo_->Read();
      if (!text && mountinfo_ == &init_ && text.status().code() != ErrorCode::kIo) {
        mountinfo_ = &self_;
        text = mountinfo_->Read();
      }
      if (!text) return text.status();
      status_ = mounts_.Update(*text, mountinfo_->path());
    }

    pool_.Ask(mounts_.calls());
    for (std::size_t i = 0; i < kMetricCount; ++i) families_[i] = &out.Family(kMetrics[i]);
    for (const Mount& mount : mounts_.mounts()) Report(mount);
    return status_;
  }

  // A mount with a server that is new in the next collection is waited for by pool_, not for long.
  bool MayBlock() const override { return mounts_.mounts().empty() || !mounts_.prompt(); }

 private:
  void Report(const Mount& mount) {
    if (!mount.call) {
      StatfsAnswer answer;
      answer.error = statfs_(mount.path.c_str(), answer.values);
      ReportAnswer(mount, answer);
    } else if (const StatfsAnswer* answer = mount.call->answer()) {
      ReportAnswer(mount, *answer);
    } else {
      ReportError(mount, kTimeout);
    }
  }

  void ReportAnswer(const Mount& mount, const StatfsAnswer& answer) {
    if (answer.error != 0) {
      DescribeErrno(answer.error, error_);
      ReportError(mount, error_);
      return;
    }
    const struct statfs& values = answer.values;
    const auto block = static_cast<double>(values.f_bsize);
    const std::array<LabelView, 4> labels = Labels(mount, "");
    // A file system that stops writing after an error does not make mountinfo tell of a change.
    const bool read_only = mount.read_only || (values.f_flags & ST_RDONLY) != 0;
    AddState(labels, 0, read_only);
    families_[kSize]->Add(labels, static_cast<double>(values.f_blocks) * block);
    families_[kFree]->Add(labels, static_cast<double>(values.f_bfree) * block);
    families_[kAvailable]->Add(labels, static_cast<double>(values.f_bavail) * block);
    families_[kFiles]->Add(labels, static_cast<double>(values.f_files));
    families_[kFilesFree]->Add(labels, static_cast<double>(values.f_ffree));
    families_[kPurgeable]->Add(labels, 0);
    families_[kMountInfo]->Add({{"device", mount.device},
                                {"major", mount.major},
                                {"minor", mount.minor},
                                {"mountpoint", mount.mount_point}},
                               1);
  }

  void ReportError(const Mount& mount, std::string_view error) {
    AddState(Labels(mount, error), 1, mount.read_only);
  }

  static std::array<LabelView, 4> Labels(const Mount& mount, std::string_view error) {
    return {{{"device", mount.device},
             {"device_error", error},
             {"fstype", mount.fs_type},
             {"mountpoint", mount.mount_point}}};
  }

  void AddState(const std::array<LabelView, 4>& labels, double failed, bool read_only) {
    families_[kDeviceError]->Add(labels, failed);
    families_[kReadOnly]->Add(labels, read_only ? 1 : 0);
  }

  // The mounts of init, because a sandbox shows its own as read-only. Where /proc hides the
  // processes of others, our own have to do.
  kernel::KernelFile init_;
  kernel::KernelFile self_;
  kernel::KernelFile* mountinfo_ = &init_;
  MountTable mounts_;
  Status status_;  // Of the last Update.
  const StatfsFunction statfs_;
  StatfsPool pool_;
  std::array<FamilyBuilder*, kMetricCount> families_{};  // Of the collection under way.
  std::string error_;
};

// An include given by hand takes the place of the built-in exclude; with an exclude given by hand,
// too, it is a contradiction.
Result<DeviceFilter> MakeFilter(const FlagValues& flags, std::string_view include,
                                std::string_view exclude) {
  const auto spec = std::ranges::find(kFlags, exclude, &FlagSpec::name);
  if (!flags.String(include).empty() && flags.String(exclude) == spec->default_value) {
    return DeviceFilter(flags.String(include), "");
  }
  return DeviceFilter::FromFlags(flags, include, exclude);
}

Result<std::unique_ptr<Collector>> Make(const CollectorContext& context) {
  return MakeFilesystem(context, CallStatfs);
}

}  // namespace

Result<std::unique_ptr<Collector>> MakeFilesystem(const CollectorContext& context,
                                                  StatfsFunction statfs) {
  auto mount_points = MakeFilter(context.flags, kMountPointsInclude, kMountPointsExclude);
  if (!mount_points) return std::move(mount_points).status();
  auto fs_types = MakeFilter(context.flags, kFsTypesInclude, kFsTypesExclude);
  if (!fs_types) return std::move(fs_types).status();
  const auto workers = context.flags.Int(kStatWorkers);
  if (workers < 1 || workers > 1000) {
    return {ErrorCode::kInvalid, "--" + std::string(kStatWorkers) + ": must be between 1 and 1000"};
  }
  StatfsPoolOptions pool{.workers = static_cast<int>(workers),
                         .wait = std::min<std::chrono::nanoseconds>(
                             context.flags.Duration(kMountTimeout), kLongestWait),
                         .statfs = std::move(statfs)};
  return std::unique_ptr<Collector>(std::make_unique<FilesystemCollector>(
      context, MountTable(std::move(*mount_points), std::move(*fs_types), context.paths),
      std::move(pool)));
}

extern constinit const CollectorSpec kFilesystemCollector = {
    .name = "filesystem",
    .may_block = true,
    .help = "Size, free space, inodes and read-only state of mounted file systems.",
    .make = Make,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
