#include "collectors/kernel/kernel_file.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "collectors/kernel/scanner.h"

namespace hostpulse::kernel {
namespace {

// Small on purpose: the kernel allocates what a read asks for, and most attributes are one number,
// of which a host may have thousands. Buffers grow when they have to.
constexpr std::size_t kAttributeBuffer = 64;
constexpr std::size_t kSequenceBuffer = 1024;
constexpr std::size_t kLargestBuffer = std::size_t{64} << 20;

ErrorCode Classify(int error) {
  switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case ENOTDIR:
    case ESRCH:
      return ErrorCode::kAbsent;
    case EACCES:
    case EPERM:
      return ErrorCode::kPermission;
    default:
      return ErrorCode::kIo;
  }
}

// The file is there and has nothing to say, as the carrier of an interface that is down: to open it
// again would not help.
bool HasNoValue(int error) {
  return error == EINVAL || error == EOPNOTSUPP || error == ENODATA || error == EAGAIN;
}

}  // namespace

Status ErrnoStatus(std::string_view path, const char* what, int error) {
  std::string message(path);
  message.append(": ").append(what).append(": ").append(std::strerror(error));
  return {Classify(error), std::move(message)};
}

Status ParseError(std::string_view path, std::string_view field, std::string_view line) {
  constexpr std::size_t kMostOfLine = 80;
  std::string message(path);
  message.append(": cannot parse ").append(field).append(" in \"");
  for (const char c : line.substr(0, kMostOfLine)) {
    const auto byte = static_cast<unsigned char>(c);
    message += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  message += line.size() > kMostOfLine ? "...\"" : "\"";
  return {ErrorCode::kParse, std::move(message)};
}

bool DescriptorBudget::TryTake() {
  int left = left_.load(std::memory_order_relaxed);
  while (left > 0) {
    if (left_.compare_exchange_weak(left, left - 1, std::memory_order_relaxed)) return true;
  }
  return false;
}

KernelFile::KernelFile(std::string path, DescriptorBudget& budget, FileKind kind)
    : path_(std::move(path)), budget_(&budget), kind_(kind) {}

KernelFile::KernelFile(KernelFile&& other) noexcept = default;

KernelFile::~KernelFile() {
  if (fd_) budget_->Return();
}

bool KernelFile::IsUnchanged() const {
  if (!fd_ || last_errno_ != 0) return false;
  // POLLOUT is what files answer that can always be read and written and tell of nothing.
  pollfd watched = {fd_.get(), POLLPRI | POLLOUT, 0};
  return ::poll(&watched, 1, 0) == 0;
}

bool KernelFile::IsLast(std::size_t got, std::size_t room) const {
  constexpr std::size_t kLeastPage = 4096;
  constexpr std::size_t kLongestRecord = 1024;
  if (kind_ == FileKind::kAttribute || kind_ == FileKind::kSingle) return got < room;
  return kind_ == FileKind::kShortRecords && got < room && got + kLongestRecord <= kLeastPage;
}

int KernelFile::ReadFrom(int fd, bool seekable) {
  size_ = 0;
  if (buffer_.empty()) {
    buffer_.resize(kind_ == FileKind::kAttribute ? kAttributeBuffer : kSequenceBuffer);
  }
  while (true) {
    if (size_ == kLargestBuffer) return EFBIG;
    if (size_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
    char* const start = buffer_.data() + size_;
    const std::size_t room = buffer_.size() - size_;
    const ssize_t got =
        seekable ? ::pread(fd, start, room, static_cast<off_t>(size_)) : ::read(fd, start, room);
    if (got == 0) return 0;
    if (got > 0) {
      size_ += static_cast<std::size_t>(got);
      if (IsLast(static_cast<std::size_t>(got), room)) return 0;
    } else if (errno != EINTR) {
      return errno;
    }
  }
}

bool KernelFile::ReadKept() {
  if (!fd_) return false;
  last_errno_ = ReadFrom(fd_.get(), true);
  if (last_errno_ == 0 || HasNoValue(last_errno_)) return true;
  fd_.reset();
  budget_->Return();
  return false;
}

int KernelFile::ReadNew(const char*& what) {
  // A FIFO or a device in the place of the file must not make the collection wait.
  UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  what = "open";
  if (!fd) return errno;
  what = "read";
  int error = ReadFrom(fd.get(), true);
  if (error == ESPIPE) return ReadFrom(fd.get(), false);
  if ((error == 0 || HasNoValue(error)) && budget_->TryTake()) fd_ = std::move(fd);
  return error;
}

bool KernelFile::ReadAny(const char*& what) {
  what = "read";
  if (!ReadKept()) last_errno_ = ReadNew(what);
  return last_errno_ == 0;
}

Result<std::string_view> KernelFile::Read() {
  const char* what = nullptr;
  if (!ReadAny(what)) return ErrnoStatus(path_, what, last_errno_);
  return std::string_view(buffer_).substr(0, size_);
}

Result<std::string_view> KernelFile::ReadTrimmed() {
  Result<std::string_view> text = Read();
  if (text) return Trim(*text);
  return text;
}

std::optional<std::string_view> KernelFile::TryRead() {
  const char* what = nullptr;
  if (!ReadAny(what)) return std::nullopt;
  return std::string_view(buffer_).substr(0, size_);
}

std::optional<std::string_view> KernelFile::TryReadTrimmed() {
  const auto text = TryRead();
  return text ? std::optional(Trim(*text)) : std::nullopt;
}

}  // namespace hostpulse::kernel
