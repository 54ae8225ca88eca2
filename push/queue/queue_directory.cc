#include "push/queue/queue_directory.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <utility>

namespace hostpulse::push {
namespace {

constexpr std::string_view kSegmentSuffix = ".seg";
constexpr std::string_view kRefusedSuffix = ".refused";
constexpr std::string_view kCursorSuffix = ".cursor";
constexpr std::string_view kLockName = "lock";
constexpr std::size_t kHexDigits = 16;
constexpr std::size_t kLongestEscaped = 180;
constexpr std::string_view kDigits = "0123456789abcdef";

void PutHex(std::string& out, std::uint64_t value) {
  for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[value >> shift & 0xf];
}

std::string NameOf(std::uint64_t base, std::string_view suffix) {
  std::string name;
  PutHex(name, base);
  return name.append(suffix);
}

// The sequence number in a segment's name; 0 for other names. Half of all numbers is enough, and
// leaves room to count on.
std::uint64_t BaseIn(std::string_view name, std::string_view suffix) {
  if (name.size() != kHexDigits + suffix.size() || !name.ends_with(suffix)) return 0;
  std::uint64_t base = 0;
  std::from_chars(name.data(), name.data() + kHexDigits, base, 16);
  return base < std::uint64_t{1} << 63 && NameOf(base, suffix) == name ? base : 0;
}

bool IsPlain(char c, bool first) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || (c == '.' && !first);
}

std::string Hint(const std::string& message) {
  return message + "; give hostpulse a directory of its own by --push.queue-dir";
}

}  // namespace

std::string SegmentName(std::uint64_t base) {
  return NameOf(base, kSegmentSuffix);
}

std::string RefusedName(std::uint64_t base) {
  return NameOf(base, kRefusedSuffix);
}

std::string CursorName(std::string_view destination) {
  std::string name;
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: the same in every version.
  for (const char c : destination) {
    const auto byte = static_cast<unsigned char>(c);
    hash = (hash ^ byte) * 0x100000001b3;
    if (IsPlain(c, name.empty())) {
      name += c;
    } else {
      name.append({'%', kDigits[byte >> 4], kDigits[byte & 0xf]});
    }
  }
  if (name.size() > kLongestEscaped) {
    name.resize(kLongestEscaped);
    name += '~';
    PutHex(name, hash);
  }
  return name.append(kCursorSuffix);
}

Result<std::unique_ptr<QueueDirectory>> QueueDirectory::Open(const std::string& path,
                                                             Purpose purpose, FileIo& io) {
  std::unique_ptr<QueueDirectory> directory(new QueueDirectory(path, io));
  if (purpose == Purpose::kWrite) {
    if (Status status = directory->Make(); !status.ok()) return status;
  }
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const int fd = io.OpenAt(AT_FDCWD, path.c_str(), kFlags, 0);
  if (fd == -ENOTDIR || fd == -ELOOP) {
    return {ErrorCode::kInvalid, Hint(path + ": not a directory, or a symbolic link")};
  }
  if (fd < 0) return FileError(path, "open", fd);
  directory->fd_.reset(fd);
  if (purpose == Purpose::kWrite) {
    if (Status status = directory->CheckOwner(); !status.ok()) return status;
    if (Status status = directory->Lock(); !status.ok()) return status;
  }
  return directory;
}

// Parents included: a first run by hand finds no /var/lib/hostpulse.
Status QueueDirectory::Make() const {
  for (std::size_t end = path_.find('/', 1);; end = path_.find('/', end + 1)) {
    const bool last = end == path_.npos;
    const int error = io_.MkDir(path_.substr(0, end).c_str(), 0700);
    if (last) {
      if (error == 0 || error == -EEXIST) return {};
      Status status = FileError(path_, "mkdir", error);
      return {status.code(), Hint(status.message())};
    }
  }
}

Status QueueDirectory::CheckOwner() const {
  struct stat info {};
  if (const int error = io_.Stat(fd_.get(), info); error < 0) {
    return FileError(path_, "stat", error);
  }
  if (info.st_uid != ::geteuid()) {
    return {ErrorCode::kInvalid, Hint(path_ + ": belongs to user " + std::to_string(info.st_uid) +
                                      ", not to " + std::to_string(::geteuid()))};
  }
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return {ErrorCode::kInvalid,
            path_ + ": others may write into it; take that away: chmod go-w " + path_};
  }
  return {};
}

Status QueueDirectory::Lock() {
  const std::string name(kLockName);
  if (const int error = OpenFile(name, O_RDWR | O_CREAT, lock_); error < 0) {
    return FileError(PathOf(name), "open", error);
  }
  const int error = io_.Lock(lock_.get());
  if (error == -EWOULDBLOCK) {
    return {ErrorCode::kInvalid, Hint(path_ + ": another hostpulse has this queue open")};
  }
  return error < 0 ? FileError(PathOf(name), "flock", error) : Status();
}

// From /proc/locks ("1: FLOCK  ADVISORY  WRITE 1234 fd:01:5678 0 EOF"): taking the lock to find out
// could keep a process that starts at that moment from its queue.
bool QueueDirectory::IsLocked() const {
  UniqueFd fd;
  struct stat info {};
  if (OpenFile(std::string(kLockName), O_RDONLY, fd) < 0) return false;
  if (io_.Stat(fd.get(), info) < 0) return false;
  const std::string inode = ":" + std::to_string(info.st_ino) + " ";
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    if (line.find(" FLOCK ") != line.npos && line.find(inode) != line.npos) return true;
  }
  return false;
}

Result<QueueDirectory::Listing> QueueDirectory::List() const {
  std::vector<std::string> names;
  if (const int error = io_.List(fd_.get(), names); error < 0) {
    return FileError(path_, "list", error);
  }
  Listing listing;
  for (std::string& name : names) {
    if (const std::uint64_t base = BaseIn(name, kSegmentSuffix); base > 0) {
      listing.segments.push_back(base);
    } else if (const std::uint64_t kept = BaseIn(name, kRefusedSuffix); kept > 0) {
      listing.refused.push_back(kept);
    } else if (name.ends_with(kCursorSuffix)) {
      listing.cursors.push_back(std::move(name));
    } else if (name != kLockName) {
      ++listing.others;
    }
  }
  std::sort(listing.segments.begin(), listing.segments.end());
  std::sort(listing.refused.begin(), listing.refused.end());
  std::sort(listing.cursors.begin(), listing.cursors.end());
  return listing;
}

int QueueDirectory::OpenFile(const std::string& name, int flags, UniqueFd& fd) const {
  constexpr int kAlways = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  UniqueFd opened;
  const int result = io_.OpenAt(fd_.get(), name.c_str(), flags | kAlways, 0600);
  if (result < 0) return result;
  opened.reset(result);
  struct stat info {};
  if (const int error = io_.Stat(opened.get(), info); error < 0) return error;
  if (!S_ISREG(info.st_mode)) return -EINVAL;
  fd = std::move(opened);
  return 0;
}

}  // namespace hostpulse::push
