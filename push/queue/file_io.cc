#include "push/queue/file_io.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "core/unique_fd.h"

namespace hostpulse::push {
namespace {

// Makes a call until no signal interrupts it.
template <typename F>
auto Call(F call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result < 0 ? static_cast<decltype(result)>(-errno) : result;
}

struct CloseDir {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

}  // namespace

int FileIo::OpenAt(int dir, const char* name, int flags, mode_t mode) {
  return Call([&] { return ::openat(dir, name, flags, mode); });
}

int FileIo::MkDir(const char* path, mode_t mode) {
  return Call([&] { return ::mkdir(path, mode); });
}

int FileIo::Stat(int fd, struct stat& out) {
  return Call([&] { return ::fstat(fd, &out); });
}

int FileIo::StatVfs(int fd, struct statvfs& out) {
  return Call([&] { return ::fstatvfs(fd, &out); });
}

int FileIo::Lock(int fd) {
  return Call([&] { return ::flock(fd, LOCK_EX | LOCK_NB); });
}

ssize_t FileIo::Pread(int fd, char* out, std::size_t size, std::uint64_t offset) {
  return Call([&] { return ::pread(fd, out, size, static_cast<off_t>(offset)); });
}

ssize_t FileIo::Pwrite(int fd, const char* bytes, std::size_t size, std::uint64_t offset) {
  return Call([&] { return ::pwrite(fd, bytes, size, static_cast<off_t>(offset)); });
}

int FileIo::Fdatasync(int fd) {
  return Call([&] { return ::fdatasync(fd); });
}

int FileIo::Fsync(int fd) {
  return Call([&] { return ::fsync(fd); });
}

int FileIo::Ftruncate(int fd, std::uint64_t size) {
  return Call([&] { return ::ftruncate(fd, static_cast<off_t>(size)); });
}

int FileIo::UnlinkAt(int dir, const char* name) {
  return Call([&] { return ::unlinkat(dir, name, 0); });
}

int FileIo::LinkAt(int dir, const char* name, const char* second) {
  return Call([&] { return ::linkat(dir, name, dir, second, 0); });
}

int FileIo::List(int dir, std::vector<std::string>& names) {
  // A descriptor of its own, because closedir closes it.
  UniqueFd fd(::openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return -errno;
  const std::unique_ptr<DIR, CloseDir> stream(::fdopendir(fd.get()));
  if (stream == nullptr) return -errno;
  static_cast<void>(fd.release());  // The stream's now.
  errno = 0;
  while (const dirent* const entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  return -errno;
}

FileIo& SystemFileIo() {
  static FileIo io;
  return io;
}

int WriteAll(FileIo& io, int fd, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = io.Pwrite(fd, bytes.data(), bytes.size(), offset);
    if (written < 0) return static_cast<int>(written);
    if (written == 0) return -EIO;
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return 0;
}

ssize_t ReadUpTo(FileIo& io, int fd, char* out, std::size_t size, std::uint64_t offset) {
  std::size_t got = 0;
  while (got < size) {
    const ssize_t n = io.Pread(fd, out + got, size - got, offset + got);
    if (n < 0) return n;
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  return static_cast<ssize_t>(got);
}

Status FileError(std::string_view path, std::string_view what, int error) {
  std::string message(path);
  message.append(": ").append(what).append(": ").append(std::strerror(-error));
  const bool permission = error == -EACCES || error == -EPERM;
  return {permission ? ErrorCode::kPermission : ErrorCode::kIo, std::move(message)};
}

}  // namespace hostpulse::push
