#include "collectors/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "collectors/kernel/kernel_file.h"
#include "core/unique_fd.h"

namespace hostpulse::collectors {
namespace {

std::int64_t Nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

Result<FileStamp> Stamp(const struct stat& status, std::string_view path) {
  if (!S_ISREG(status.st_mode)) {
    return {ErrorCode::kIo, std::string(path) + ": is not a regular file"};
  }
  return FileStamp{.device = status.st_dev,
                   .inode = status.st_ino,
                   .size = status.st_size,
                   .modified_ns = Nanoseconds(status.st_mtim),
                   .changed_ns = Nanoseconds(status.st_ctim)};
}

Result<FileStamp> StampOfOpen(int fd, std::string_view path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return kernel::ErrnoStatus(path, "fstat", errno);
  return Stamp(status, path);
}

Status TooLarge(std::string_view path, std::size_t max_bytes) {
  return {ErrorCode::kInvalid,
          std::string(path) + ": is larger than " + std::to_string(max_bytes) + " bytes"};
}

// Reads until the end or until there is one byte more than is accepted.
Status ReadToEnd(int fd, std::string_view path, std::size_t max_bytes, std::string& content) {
  std::size_t used = 0;
  for (;;) {
    if (used > max_bytes) return TooLarge(path, max_bytes);
    if (used == content.size()) content.resize(used + 1);
    const ssize_t got =
        ::pread(fd, content.data() + used, content.size() - used, static_cast<off_t>(used));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return kernel::ErrnoStatus(path, "read", errno);
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  content.resize(used);
  return {};
}

// The stamp that the content belongs to; nothing where the file changed while it was read.
Result<std::optional<FileStamp>> ReadOnce(const FileName& file, std::size_t max_bytes,
                                          std::string& content) {
  if (auto before = StampOf(file); !before) return std::move(before).status();
  const UniqueFd fd(
      ::openat(file.directory, file.name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!fd) return kernel::ErrnoStatus(file.path, "open", errno);
  auto before = StampOfOpen(fd.get(), file.path);
  if (!before) return std::move(before).status();
  const auto size = static_cast<std::size_t>(before->size);
  if (size > max_bytes) return TooLarge(file.path, max_bytes);

  content.resize(size + 1);  // One more, so that the end is seen without another round.
  Status status = ReadToEnd(fd.get(), file.path, max_bytes, content);
  if (!status) return status;
  const auto after = StampOfOpen(fd.get(), file.path);
  if (!after || *after != *before) return std::optional<FileStamp>();
  return std::optional<FileStamp>(*after);
}

}  // namespace

Result<FileStamp> StampOf(const FileName& file) {
  struct stat status {};
  if (::fstatat(file.directory, file.name, &status, 0) != 0) {
    return kernel::ErrnoStatus(file.path, "stat", errno);
  }
  return Stamp(status, file.path);
}

Result<FileStamp> ReadRegularFile(const FileName& file, std::size_t max_bytes,
                                  std::string& content) {
  for (int tries = 0; tries < 2; ++tries) {
    auto stamp = ReadOnce(file, max_bytes, content);
    if (!stamp) return std::move(stamp).status();
    if (*stamp) return **stamp;
  }
  return {ErrorCode::kIo, std::string(file.path) + ": changes while it is read"};
}

}  // namespace hostpulse::collectors
