#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/unique_fd.h"

namespace hostpulse::kernel {

// How many descriptors all KernelFiles and KernelDirs together may keep open between reads: a host
// with 1,000 interfaces has 20,000 sysfs files, a process 1,024 descriptors. Thread safe.
class DescriptorBudget {
 public:
  explicit DescriptorBudget(int limit) : left_(limit) {}
  bool TryTake();
  void Return() { left_.fetch_add(1, std::memory_order_relaxed); }
  int left() const { return left_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int> left_;
};

// How a file hands out its content.
enum class FileKind {
  // Record by record: a short read is normal, only a read of nothing is the end.
  kSequence,
  // All at once: a file of sysfs or /proc/sys, made by the kernel in one piece of less than a page.
  // A read that leaves room in the buffer has seen the end, which saves every second system call.
  kAttribute,
  // All at once, too, but of any length: a file of /proc that the kernel opens by single_open(), as
  // /proc/stat, meminfo and net/netstat. It makes the whole text before it hands out any of it.
  kSingle,
  // Record by record, none longer than 1 KiB: /proc/net/udp and other tables. A read that leaves
  // more than that of the kernel's page and of the buffer has seen the end; to ask again would make
  // the kernel walk through the whole of its table for nothing.
  kShortRecords,
};

// A file of /proc or /sys that is read again and again: keeps its descriptor (while the budget
// allows) and its buffer, and reads with pread until the end. A file that cannot seek is opened
// anew for every read. One thread at a time.
class KernelFile {
 public:
  // `budget` must outlive the file. Nothing is opened yet.
  KernelFile(std::string path, DescriptorBudget& budget, FileKind kind = FileKind::kSequence);
  KernelFile(KernelFile&& other) noexcept;
  KernelFile& operator=(KernelFile&&) = delete;
  ~KernelFile();

  // The whole content, valid until the next Read. A kept descriptor that no longer reads (the
  // device left and came back, ESTALE, ENODEV) is opened once more before it counts as an error.
  // Errors, each with the path in its message: kAbsent (ENOENT, ENODEV, ENXIO, ENOTDIR, ESRCH: not
  // on this host or left while reading), kPermission (EACCES, EPERM), kIo (the rest: EIO, EAGAIN,
  // EINVAL, ENODATA, EMFILE, EFBIG for more than 64 MiB ...).
  Result<std::string_view> Read();

  // Read without the white space at both ends: for the one-value files of sysfs.
  Result<std::string_view> ReadTrimmed();

  // The same for a file that many hosts or devices do not have, or that often has no value: nothing
  // where it fails, without a message and so without an allocation; last_errno() tells why.
  std::optional<std::string_view> TryRead();
  std::optional<std::string_view> TryReadTrimmed();

  // Whether the text of the last Read still holds: only for files that tell of their changes by
  // POLLPRI, as /proc/PID/mountinfo does (proc(5)), and only while the descriptor is kept. False
  // where that is not so or not known.
  bool IsUnchanged() const;

  const std::string& path() const { return path_; }
  // errno of the last Read, 0 if it worked: for rules like "EINVAL stands for no value".
  int last_errno() const { return last_errno_; }

 private:
  // Whether a read of `got` bytes, with room for so many, has seen the end.
  bool IsLast(std::size_t got, std::size_t room) const;
  // Each gives 0, or the errno of what failed.
  int ReadFrom(int fd, bool seekable);
  int ReadNew(const char*& what);
  bool ReadKept();
  // False with last_errno_ set, and `what` was being done.
  bool ReadAny(const char*& what);

  std::string path_;
  DescriptorBudget* budget_;
  FileKind kind_;
  UniqueFd fd_;
  std::string buffer_;
  std::size_t size_ = 0;
  int last_errno_ = 0;
};

// "path: what: strerror" with the code as KernelFile::Read classifies it.
Status ErrnoStatus(std::string_view path, const char* what, int error);

// "path: cannot parse FIELD in LINE", the line shortened to 80 bytes and cleaned of control bytes.
// For kernel files only, whose content is not secret.
Status ParseError(std::string_view path, std::string_view field, std::string_view line);

}  // namespace hostpulse::kernel
