#pragma once

#include <linux/btrfs.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/host_paths.h"
#include "collectors/kernel/kernel_file.h"
#include "core/unique_fd.h"

namespace hostpulse::collectors {

// The system calls by which a mounted btrfs tells of its devices; a test plays them. Each gives 0
// or an errno. None needs a privilege beyond that of looking up the mount point. One thread at a
// time.
class BtrfsControl {
 public:
  virtual ~BtrfsControl() = default;
  virtual int Open(const char* mount_point, UniqueFd& directory) = 0;
  virtual int FsInfo(int directory, btrfs_ioctl_fs_info_args& info) = 0;
  // Of the device with info.devid; ENODEV where there is none.
  virtual int DevInfo(int directory, btrfs_ioctl_dev_info_args& info) = 0;
  // Of the device with stats.devid, as many as stats.nr_items asks for and the kernel knows.
  virtual int DevStats(int directory, btrfs_ioctl_get_dev_stats& stats) = 0;
};

// The kernel's.
std::unique_ptr<BtrfsControl> MakeKernelBtrfsControl();

// A device as the file system sees it.
struct BtrfsDevice {
  std::string name;  // The last part of its path; empty where the device is missing.
  std::string uuid;  // With dashes.
  std::uint64_t total_bytes = 0;
  std::uint64_t used_bytes = 0;
  // In the order of enum btrfs_dev_stat_values; the first error_count of them are known.
  std::array<std::uint64_t, BTRFS_DEV_STAT_VALUES_MAX> errors{};
  std::size_t error_count = 0;
};

// The devices of the file systems that are mounted, asked anew for each collection through one of
// the mount points. A mount point is not kept open: it could not be unmounted. Opening it may wait
// for whatever it lies on. One thread at a time.
class BtrfsDevices {
 public:
  // `paths` and `budget` must outlive it.
  BtrfsDevices(const HostPaths& paths, kernel::DescriptorBudget& budget,
               std::unique_ptr<BtrfsControl> control);

  // Asks all. What cannot be asked is left out: whoever has no right to look up a mount point still
  // has what /sys tells.
  void Update();

  // Those of the file system with this UUID, as the last Update found them; empty where it could
  // not be asked.
  std::span<const BtrfsDevice> Find(std::string_view fsid) const;

 private:
  struct Mount {
    std::string source;
    std::string path;  // For system calls: below --path.rootfs, any bytes.
  };
  struct FileSystem {
    std::vector<BtrfsDevice> devices;  // The first count of them are of this collection.
    std::size_t count = 0;
    bool asked = false;
    std::string source;  // Of the mount through which it was asked.
  };

  void ReadMounts();
  void TakeMounts(std::string_view lines);
  std::string PathFromHere(std::string_view mount_point) const;
  void Ask(const Mount& mount);
  bool AskDevices(int directory, const btrfs_ioctl_fs_info_args& info, FileSystem& file_system);
  int AskDevice(int directory, std::uint64_t id, BtrfsDevice& device);
  void AskErrors(int directory, std::uint64_t id, BtrfsDevice& device);

  const HostPaths& paths_;
  kernel::KernelFile init_;
  kernel::KernelFile self_;
  std::unique_ptr<BtrfsControl> control_;
  std::string lines_;  // Of mountinfo, those of btrfs; what mounts_ was made from.
  std::string fresh_lines_;
  std::vector<Mount> mounts_;
  std::map<std::string, FileSystem, std::less<>> file_systems_;  // By UUID.
  std::string fsid_;
};

}  // namespace hostpulse::collectors
