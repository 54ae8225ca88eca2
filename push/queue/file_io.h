#pragma once

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hostpulse::push {

// The file system as the queue uses it, so that tests can make any call of it fail. Each call is
// the system call of its name and gives what that gives, but -errno where it fails; a call that a
// signal interrupts is made again. Thread safe.
class FileIo {
 public:
  virtual ~FileIo() = default;

  virtual int OpenAt(int dir, const char* name, int flags, mode_t mode);
  virtual int MkDir(const char* path, mode_t mode);
  virtual int Stat(int fd, struct stat& out);
  virtual int StatVfs(int fd, struct statvfs& out);
  virtual int Lock(int fd);  // flock(LOCK_EX | LOCK_NB).
  virtual ssize_t Pread(int fd, char* out, std::size_t size, std::uint64_t offset);
  virtual ssize_t Pwrite(int fd, const char* bytes, std::size_t size, std::uint64_t offset);
  virtual int Fdatasync(int fd);
  virtual int Fsync(int fd);
  virtual int Ftruncate(int fd, std::uint64_t size);
  virtual int UnlinkAt(int dir, const char* name);
  virtual int LinkAt(int dir, const char* name, const char* second);
  // The names in a directory, save "." and "..", in any order.
  virtual int List(int dir, std::vector<std::string>& names);
};

// The one that does what it says.
FileIo& SystemFileIo();

// All of the bytes: 0, or -errno.
int WriteAll(FileIo& io, int fd, std::string_view bytes, std::uint64_t offset);

// As much as there is of `size` bytes: how many, or -errno.
ssize_t ReadUpTo(FileIo& io, int fd, char* out, std::size_t size, std::uint64_t offset);

// "path: what: strerror", of an error as FileIo gives it (below 0).
Status FileError(std::string_view path, std::string_view what, int error);

}  // namespace hostpulse::push
