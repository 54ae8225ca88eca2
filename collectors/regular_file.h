#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hostpulse::collectors {

// What tells one content of a file from another without reading it.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;  // Since the epoch.
  std::int64_t changed_ns = 0;   // Of the inode: catches a modification time that was set back.

  bool operator==(const FileStamp&) const = default;
};

// A file of a disk that somebody else writes, named relative to a directory descriptor (or to
// AT_FDCWD). Links are followed. What is no regular file (a FIFO, a device, a directory) is refused
// and cannot stall: it is not opened if it was one all along, and opened without waiting if it
// became one in between. `path` is for messages only. No allocation unless it fails or grows.
struct FileName {
  int directory;
  const char* name;
  std::string_view path;
};

// Errors: kAbsent, kPermission, kIo, also for what is no regular file.
Result<FileStamp> StampOf(const FileName& file);

// Reads the whole file into `content`, reusing its storage. A file that changes meanwhile is read
// once more. Errors: as StampOf; kInvalid where it is larger than `max_bytes`.
Result<FileStamp> ReadRegularFile(const FileName& file, std::size_t max_bytes,
                                  std::string& content);

}  // namespace hostpulse::collectors
