#include "collectors/btrfs_devices.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "collectors/kernel/scanner.h"
#include "collectors/mountinfo.h"

namespace hostpulse::collectors {
namespace {

// Device ids are given once and never again, so that they may have gaps; but a file system that
// claims to have more of them than this is damaged or meant to keep us busy.
constexpr std::uint64_t kMostDeviceIds = 65'536;

class KernelBtrfsControl final : public BtrfsControl {
 public:
  int Open(const char* mount_point, UniqueFd& directory) override {
    directory = UniqueFd(::open(mount_point, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC));
    return directory ? 0 : errno;
  }
  int FsInfo(int directory, btrfs_ioctl_fs_info_args& info) override {
    return ::ioctl(directory, BTRFS_IOC_FS_INFO, &info) == 0 ? 0 : errno;
  }
  int DevInfo(int directory, btrfs_ioctl_dev_info_args& info) override {
    return ::ioctl(directory, BTRFS_IOC_DEV_INFO, &info) == 0 ? 0 : errno;
  }
  int DevStats(int directory, btrfs_ioctl_get_dev_stats& stats) override {
    return ::ioctl(directory, BTRFS_IOC_GET_DEV_STATS, &stats) == 0 ? 0 : errno;
  }
};

// As /sys has it: 00112233-4455-6677-8899-aabbccddeeff.
void AssignUuid(std::span<const __u8, BTRFS_UUID_SIZE> bytes, std::string& text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  text.clear();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] / 16];
    text += kDigits[bytes[i] % 16];
  }
}

}  // namespace

std::unique_ptr<BtrfsControl> MakeKernelBtrfsControl() {
  return std::make_unique<KernelBtrfsControl>();
}

BtrfsDevices::BtrfsDevices(const HostPaths& paths, kernel::DescriptorBudget& budget,
                           std::unique_ptr<BtrfsControl> control)
    : paths_(paths),
      init_(paths.Proc("1/mountinfo"), budget),
      self_(paths.Proc("self/mountinfo"), budget),
      control_(std::move(control)) {}

void BtrfsDevices::Update() {
  ReadMounts();
  for (auto& [fsid, file_system] : file_systems_) file_system.asked = false;
  for (const Mount& mount : mounts_) Ask(mount);
  std::erase_if(file_systems_, [](const auto& item) { return !item.second.asked; });
}

std::span<const BtrfsDevice> BtrfsDevices::Find(std::string_view fsid) const {
  const auto found = file_systems_.find(fsid);
  if (found == file_systems_.end()) return {};
  return std::span(found->second.devices).first(found->second.count);
}

// Where /proc hides the processes of others, our own mounts have to do.
void BtrfsDevices::ReadMounts() {
  if (init_.IsUnchanged()) return;
  auto text = init_.TryRead();
  if (!text) text = self_.TryRead();
  fresh_lines_.clear();
  kernel::LineScanner lines(text.value_or(""));
  for (std::string_view line; lines.Next(line);) {
    if (line.find(" - btrfs ") != line.npos) fresh_lines_.append(line).append("\n");
  }
  if (fresh_lines_ == lines_) return;
  lines_ = fresh_lines_;
  TakeMounts(lines_);
}

void BtrfsDevices::TakeMounts(std::string_view lines) {
  mounts_.clear();
  kernel::LineScanner scanner(lines);
  for (std::string_view line; scanner.Next(line);) {
    const auto mount = ParseMountLine(line);
    if (!mount || mount->fs_type != "btrfs") continue;
    mounts_.push_back({std::string(mount->source), PathFromHere(DecodeOctal(mount->mount_point))});
  }
}

// A container that has the host below --path.rootfs may see its own mounts or those of the host.
std::string BtrfsDevices::PathFromHere(std::string_view mount_point) const {
  const std::string root = paths_.Root("/");
  const bool is_below = mount_point == std::string_view(root).substr(0, root.size() - 1) ||
                        mount_point.starts_with(root);
  return is_below ? std::string(mount_point) : paths_.Root(mount_point);
}

void BtrfsDevices::Ask(const Mount& mount) {
  // Every subvolume that is mounted has a line of its own.
  const auto is_done = [&mount](const auto& item) {
    return item.second.asked && item.second.source == mount.source;
  };
  if (std::ranges::any_of(file_systems_, is_done)) return;

  UniqueFd directory;
  btrfs_ioctl_fs_info_args info{};
  if (control_->Open(mount.path.c_str(), directory) != 0) return;
  if (control_->FsInfo(directory.get(), info) != 0) return;
  AssignUuid(info.fsid, fsid_);
  auto found = file_systems_.find(fsid_);
  if (found == file_systems_.end()) found = file_systems_.try_emplace(fsid_).first;
  FileSystem& file_system = found->second;
  if (file_system.asked) return;  // Another of its devices stands in this line.
  file_system.source = mount.source;
  file_system.asked = AskDevices(directory.get(), info, file_system);
}

bool BtrfsDevices::AskDevices(int directory, const btrfs_ioctl_fs_info_args& info,
                              FileSystem& file_system) {
  std::size_t& count = file_system.count;
  count = 0;
  const std::uint64_t last = std::min<std::uint64_t>(info.max_id, kMostDeviceIds);
  for (std::uint64_t id = 0; id <= last && count < info.num_devices; ++id) {
    if (count == file_system.devices.size()) file_system.devices.emplace_back();
    const int error = AskDevice(directory, id, file_system.devices[count]);
    if (error == ENODEV) continue;  // A gap between the ids.
    if (error != 0) return false;
    ++count;
  }
  return count > 0;
}

int BtrfsDevices::AskDevice(int directory, std::uint64_t id, BtrfsDevice& device) {
  btrfs_ioctl_dev_info_args info{};
  info.devid = id;
  if (const int error = control_->DevInfo(directory, info); error != 0) return error;
  const auto* const path = reinterpret_cast<const char*>(info.path);
  const std::string_view path_text(path, ::strnlen(path, sizeof info.path));
  device.name = path_text.substr(path_text.rfind('/') + 1);
  AssignUuid(info.uuid, device.uuid);
  device.total_bytes = info.total_bytes;
  device.used_bytes = info.bytes_used;
  AskErrors(directory, id, device);
  return 0;
}

// A device that is missing has no counts.
void BtrfsDevices::AskErrors(int directory, std::uint64_t id, BtrfsDevice& device) {
  btrfs_ioctl_get_dev_stats stats{};
  stats.devid = id;
  stats.nr_items = device.errors.size();
  device.error_count = 0;
  if (control_->DevStats(directory, stats) != 0) return;
  std::ranges::copy(stats.values, device.errors.begin());
  device.error_count = std::min<std::size_t>(stats.nr_items, device.errors.size());
}

}  // namespace hostpulse::collectors
