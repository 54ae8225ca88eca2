#include "push/transport/watched_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/unique_fd.h"

namespace hostpulse::push {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 10;
constexpr std::string_view kWhiteSpace = " \t\r\n";

std::int64_t Nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Status Failed(const std::string& path, int error) {
  ErrorCode code = ErrorCode::kIo;
  if (error == ENOENT || error == ENOTDIR) code = ErrorCode::kAbsent;
  if (error == EACCES || error == EPERM) code = ErrorCode::kPermission;
  return {code, path + ": " + std::generic_category().message(error)};
}

std::string Trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(kWhiteSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

}  // namespace

bool WatchedFile::Changed() {
  if (path_.empty()) return false;
  const Stamp now = StampOf(path_);
  return std::exchange(stamp_, now) != now;
}

WatchedFile::Stamp WatchedFile::StampOf(const std::string& path) {
  struct stat info {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino, info.st_size, Nanoseconds(info.st_mtim),
          Nanoseconds(info.st_ctim)};
}

Result<std::string> ReadSecretFile(const std::string& path) {
  // Not blocking, so that a FIFO in its place cannot hold up the sender.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) return Failed(path, errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return Failed(path, errno);
  if (!S_ISREG(info.st_mode)) return {ErrorCode::kInvalid, path + ": not a regular file"};
  std::string text(kMostBytes + 1, '\0');
  std::size_t used = 0;
  while (used < text.size()) {
    const ssize_t got = ::read(fd.get(), text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(path, errno);
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  if (used > kMostBytes) return {ErrorCode::kInvalid, path + ": longer than 64 KiB"};
  text.resize(used);
  text = Trimmed(text);
  if (text.empty()) return {ErrorCode::kInvalid, path + ": empty"};
  return text;
}

}  // namespace hostpulse::push
