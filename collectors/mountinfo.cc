#include "collectors/mountinfo.h"

#include <algorithm>
#include <array>

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

// The next field. Not a FieldScanner: the fields are parted by exactly one space, and a file system
// mounted from "" has an empty one.
std::string_view TakeField(std::string_view& rest) {
  const std::size_t end = rest.find(' ');
  const std::string_view field = rest.substr(0, end);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return field;
}

bool IsNumber(std::string_view text) {
  return kernel::ParseNumber<std::uint32_t>(text).has_value();
}

bool IsOctal(char byte) {
  return byte >= '0' && byte <= '7';
}

// Sorted.
constexpr std::array<std::string_view, 46> kLocalTypes = {
    "bcachefs",   "bdev",      "binfmt_misc", "bpf",    "btrfs",    "cgroup",   "cgroup2",
    "configfs",   "cramfs",    "debugfs",     "devpts", "devtmpfs", "efivarfs", "erofs",
    "exfat",      "ext2",      "ext3",        "ext4",   "f2fs",     "fusectl",  "hfsplus",
    "hugetlbfs",  "iso9660",   "jfs",         "mqueue", "msdos",    "nilfs2",   "nsfs",
    "ntfs3",      "overlay",   "proc",        "pstore", "ramfs",    "reiserfs", "rootfs",
    "securityfs", "selinuxfs", "squashfs",    "sysfs",  "tmpfs",    "tracefs",  "ubifs",
    "udf",        "vfat",      "xfs",         "zfs"};
static_assert(std::ranges::is_sorted(kLocalTypes));

constexpr std::array<std::string_view, 11> kPromptTypes = {
    "devtmpfs", "ext2",     "ext3",  "ext4", "iso9660", "overlay",
    "ramfs",    "squashfs", "tmpfs", "vfat", "xfs"};
static_assert(std::ranges::is_sorted(kPromptTypes));

}  // namespace

std::optional<MountLine> ParseMountLine(std::string_view line) {
  std::string_view rest = line;
  MountLine mount;
  const auto id = kernel::ParseNumber<std::uint64_t>(TakeField(rest));
  const auto parent = kernel::ParseNumber<std::uint64_t>(TakeField(rest));
  if (!id || !parent) return std::nullopt;
  mount.id = *id;
  mount.parent = *parent;

  const std::string_view device = TakeField(rest);
  const std::size_t colon = device.find(':');
  if (colon == device.npos) return std::nullopt;
  mount.major = device.substr(0, colon);
  mount.minor = device.substr(colon + 1);
  if (!IsNumber(mount.major) || !IsNumber(mount.minor)) return std::nullopt;

  TakeField(rest);  // The part of the file system that is mounted here.
  mount.mount_point = TakeField(rest);
  mount.options = TakeField(rest);
  if (mount.mount_point.empty() || mount.options.empty()) return std::nullopt;
  // Any number of optional fields, up to a dash.
  while (!rest.starts_with("- ")) {
    if (TakeField(rest).empty()) return std::nullopt;
  }
  rest.remove_prefix(2);
  mount.fs_type = TakeField(rest);
  mount.source = TakeField(rest);
  mount.super_options = TakeField(rest);
  if (mount.fs_type.empty() || mount.super_options.empty()) return std::nullopt;
  return mount;
}

bool HasMountOption(std::string_view options, std::string_view wanted) {
  while (!options.empty()) {
    const std::size_t comma = options.find(',');
    if (options.substr(0, comma) == wanted) return true;
    options.remove_prefix(comma == options.npos ? options.size() : comma + 1);
  }
  return false;
}

bool IsReadOnly(const MountLine& mount) {
  return HasMountOption(mount.options, "ro") || HasMountOption(mount.super_options, "ro") ||
         HasMountOption(mount.super_options, "emergency_ro");
}

std::string DecodeOctal(std::string_view escaped) {
  std::string bytes;
  bytes.reserve(escaped.size());
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    const std::string_view digits = escaped.substr(i).substr(1, 3);
    if (escaped[i] == '\\' && digits.size() == 3 && std::ranges::all_of(digits, IsOctal) &&
        digits[0] <= '3') {
      bytes += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + digits[2] - '0');
      i += 3;
    } else {
      bytes += escaped[i];
    }
  }
  return bytes;
}

bool IsLocalFsType(std::string_view fs_type) {
  return std::ranges::binary_search(kLocalTypes, fs_type);
}

bool IsPromptFsType(std::string_view fs_type) {
  return std::ranges::binary_search(kPromptTypes, fs_type);
}

}  // namespace hostpulse::collectors
