#include "push/queue/refused_segments.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

namespace hostpulse::push {

void RefusedSegments::Keep(std::uint64_t base) {
  MutexLock lock(mutex_);
  const int error = directory_.Link(SegmentName(base), RefusedName(base));
  if (error < 0 && error != -EEXIST && error != -ENOENT) {
    log_.Warn(
        "samples that were refused cannot be kept",
        {{"error", FileError(directory_.PathOf(RefusedName(base)), "link", error).message()}});
    return;
  }
  if (error == 0)
    log_.Info("a segment with refused samples is kept", {{"file", RefusedName(base)}});
  Trim();
}

void RefusedSegments::SetBounds(const Bounds& bounds) {
  MutexLock lock(mutex_);
  bounds_ = bounds;
  Trim();
}

void RefusedSegments::Trim() {
  const std::vector<File> files = Find();
  bytes_ = 0;
  for (const File& file : files) bytes_ += file.bytes;
  for (const File& file : files) {
    const bool old = clock_.Now() - file.written > bounds_.max_age;
    const bool over = bytes_ > bounds_.max_bytes && file.base != files.back().base;
    if (!over && !old) continue;
    if (directory_.Unlink(RefusedName(file.base)) == 0) bytes_ -= file.bytes;
  }
}

bool RefusedSegments::DropOldest() {
  MutexLock lock(mutex_);
  const std::vector<File> files = Find();
  if (files.empty() || directory_.Unlink(RefusedName(files.front().base)) < 0) return false;
  bytes_ -= std::min(bytes_, files.front().bytes);
  return true;
}

std::uint64_t RefusedSegments::bytes() const {
  MutexLock lock(mutex_);
  return bytes_;
}

// Oldest first.
std::vector<RefusedSegments::File> RefusedSegments::Find() const {
  std::vector<File> files;
  const auto listing = directory_.List();
  if (!listing) return files;
  for (const std::uint64_t base : listing->refused) {
    UniqueFd fd;
    struct stat info {};
    if (directory_.OpenFile(RefusedName(base), O_RDONLY, fd) < 0) continue;
    if (directory_.io().Stat(fd.get(), info) < 0) continue;
    const auto written = std::chrono::seconds(info.st_mtim.tv_sec);
    files.push_back({base, static_cast<std::uint64_t>(info.st_size), WallTime(written)});
  }
  return files;
}

}  // namespace hostpulse::push
