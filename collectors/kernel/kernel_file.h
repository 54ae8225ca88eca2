#pragma once

#include <atomic>
#include <cstddef>
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

// A file of /proc or /sys that is read again and again: keeps its descriptor (while the budget
// allows) and its buffer, and reads with pread until zero, since a short read of such a file is
// normal. One thread at a time.
class KernelFile {
 public:
  // `budget` must outlive the file. Nothing is opened yet.
  KernelFile(std::string path, DescriptorBudget& budget);
  KernelFile(KernelFile&& other) noexcept;
  KernelFile& operator=(KernelFile&&) = delete;
  ~KernelFile();

  // The whole content, valid until the next Read. A kept descriptor that no longer reads (the
  // device left and came back, ESTALE, ENODEV) is opened once more before it counts as an error.
  // Errors, each with the path in its message: kAbsent (ENOENT, ENODEV, ENXIO, ENOTDIR: not on this
  // host or left while reading), kPermission (EACCES, EPERM), kIo (the rest: EIO, EAGAIN, EINVAL,
  // ENODATA, EMFILE ...).
  Result<std::string_view> Read();

  // Read without the white space at both ends: for the one-value files of sysfs.
  Result<std::string_view> ReadTrimmed();

  const std::string& path() const { return path_; }
  // errno of the last Read, 0 if it worked: for collectors that copy a rule like "EINVAL: no
  // value".
  int last_errno() const { return last_errno_; }

 private:
  Status ReadInto(int fd, bool seekable);
  Status Fail(int error, const char* what);

  std::string path_;
  DescriptorBudget* budget_;
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
