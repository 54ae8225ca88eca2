#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/unique_fd.h"
#include "push/queue/file_io.h"

namespace hostpulse::push {

// The name of the segment with this first sequence number: "00000000000004d2.seg".
std::string SegmentName(std::uint64_t base);
// The second name of a segment with samples that were refused: "00000000000004d2.refused".
std::string RefusedName(std::uint64_t base);
// The name of a destination's cursor: what has a meaning in file names is escaped.
std::string CursorName(std::string_view destination);

// The directory of a queue. Thread safe once open.
class QueueDirectory {
 public:
  enum class Purpose { kWrite, kRead };

  // Opens it, for kWrite after making it where there is none, and locks it for as long as this
  // lives. `io` outlives it.
  // Errors: kInvalid where others could write into it or another process has it, else as the
  // system says; each with what to do.
  static Result<std::unique_ptr<QueueDirectory>> Open(const std::string& path, Purpose purpose,
                                                      FileIo& io);

  struct Listing {
    std::vector<std::uint64_t> segments;  // Ascending.
    std::vector<std::uint64_t> refused;   // Likewise.
    std::vector<std::string> cursors;     // Names of files, sorted.
    std::size_t others = 0;
  };
  Result<Listing> List() const;

  // A regular file in it; `flags` beside those that every file gets. `fd` is set where the answer
  // is 0, which else is -errno; -EINVAL where it is something else than a file.
  int OpenFile(const std::string& name, int flags, UniqueFd& fd) const;
  int Unlink(const std::string& name) const { return io_.UnlinkAt(fd_.get(), name.c_str()); }
  // A second name for a file: 0, or -errno.
  int Link(const std::string& name, const std::string& second) const {
    return io_.LinkAt(fd_.get(), name.c_str(), second.c_str());
  }
  // Makes new names in it survive a power failure.
  int Sync() const { return io_.Fsync(fd_.get()); }

  // Whether a process has it open for kWrite.
  bool IsLocked() const;

  std::string PathOf(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& path() const { return path_; }
  int fd() const { return fd_.get(); }
  FileIo& io() const { return io_; }

 private:
  QueueDirectory(const std::string& path, FileIo& io) : path_(path), io_(io) {}
  Status Make() const;
  Status CheckOwner() const;
  Status Lock();

  const std::string path_;
  FileIo& io_;
  UniqueFd fd_;
  UniqueFd lock_;
};

}  // namespace hostpulse::push
