#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kernel/kernel_file.h"
#include "core/result.h"
#include "core/unique_fd.h"

namespace hostpulse::kernel {

// A directory of /proc or /sys that is listed again and again; keeps its descriptor (while the
// budget allows) and its buffers. One thread at a time.
class KernelDir {
 public:
  KernelDir(std::string path, DescriptorBudget& budget);
  KernelDir(KernelDir&& other) noexcept;
  KernelDir& operator=(KernelDir&&) = delete;
  ~KernelDir();

  // The names in it, sorted, without "." and ".."; valid until the next List.
  // Errors: as KernelFile::Read.
  Result<std::span<const std::string_view>> List();

  const std::string& path() const { return path_; }

 private:
  int ReadEntries(int fd);  // 0 or an errno.
  bool ListKept();
  void CollectNames();

  std::string path_;
  DescriptorBudget* budget_;
  UniqueFd fd_;
  bool fills_ = false;         // Whether its file system ends a listing only for want of room.
  std::vector<char> entries_;  // What getdents64 filled, size_ bytes of it.
  std::size_t size_ = 0;
  std::vector<std::string_view> names_;
};

}  // namespace hostpulse::kernel
