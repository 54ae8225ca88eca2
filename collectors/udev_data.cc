#include "collectors/udev_data.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;

// In the order of UdevProperty.
constexpr std::array<std::string_view, static_cast<std::size_t>(UdevProperty::kCount)> kNames = {
    "ID_ATA",
    "ID_ATA_ROTATION_RATE_RPM",
    "ID_ATA_WRITE_CACHE",
    "ID_ATA_WRITE_CACHE_ENABLED",
    "DM_LV_LAYER",
    "DM_LV_NAME",
    "DM_NAME",
    "DM_UUID",
    "DM_VG_NAME",
    "ID_FS_TYPE",
    "ID_FS_USAGE",
    "ID_FS_UUID",
    "ID_FS_VERSION",
    "ID_MODEL",
    "ID_PATH",
    "ID_REVISION",
    "SCSI_IDENT_SERIAL",
    "ID_SERIAL",
    "ID_SERIAL_SHORT",
    "ID_WWN",
};

std::int64_t Nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

// What StampOf would say, all zero where there is no file: without words, because most containers
// have none of these files.
FileStamp StampOfPath(const char* path) {
  struct stat status {};
  if (::stat(path, &status) != 0) return {};
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = status.st_size,
          .modified_ns = Nanoseconds(status.st_mtim),
          .changed_ns = Nanoseconds(status.st_ctim)};
}

}  // namespace

void UdevData::Refresh() {
  const FileStamp stamp = StampOfPath(path_.c_str());
  if (stamp == stamp_) return;
  stamp_ = stamp;
  // One that fails is looked at again when it changes.
  const auto read = ReadRegularFile({AT_FDCWD, path_.c_str(), path_}, kMostBytes, content_);
  if (!read) content_.clear();
  Parse();
}

void UdevData::Parse() {
  values_ = {};
  kernel::LineScanner lines(content_);
  for (std::string_view line; lines.Next(line);) {
    const std::size_t equals = line.find('=');
    if (!line.starts_with("E:") || equals == line.npos) continue;
    const auto name = std::find(kNames.begin(), kNames.end(), line.substr(2, equals - 2));
    if (name == kNames.end()) continue;
    values_[static_cast<std::size_t>(name - kNames.begin())] = line.substr(equals + 1);
  }
}

}  // namespace hostpulse::collectors
