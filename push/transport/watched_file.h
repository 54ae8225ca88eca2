#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/result.h"

namespace hostpulse::push {

// A file that others replace while the program runs. Not thread safe.
class WatchedFile {
 public:
  // An empty path is a file that never changes.
  explicit WatchedFile(std::string path) : path_(std::move(path)), stamp_(StampOf(path_)) {}

  // Whether it is another one, or has another content, than at the last call.
  bool Changed();

  const std::string& path() const { return path_; }

 private:
  struct Stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;

    bool operator==(const Stamp&) const = default;
  };
  static Stamp StampOf(const std::string& path);

  std::string path_;
  Stamp stamp_;
};

// The content of a small file that holds a secret, without the white space around it.
// Errors: kAbsent, kPermission, kIo, and kInvalid for one that is empty, longer than 64 KiB or no
// regular file. The message names the path, never the content.
Result<std::string> ReadSecretFile(const std::string& path);

}  // namespace hostpulse::push
