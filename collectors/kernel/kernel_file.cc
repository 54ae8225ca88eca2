#include "collectors/kernel/kernel_file.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "collectors/kernel/scanner.h"

namespace hostpulse::kernel {
namespace {

// Small on purpose: the kernel allocates what a read asks for, and most files are one number.
constexpr std::size_t kFirstBuffer = 1024;

ErrorCode Classify(int error) {
  switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case ENOTDIR:
      return ErrorCode::kAbsent;
    case EACCES:
    case EPERM:
      return ErrorCode::kPermission;
    default:
      return ErrorCode::kIo;
  }
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

KernelFile::KernelFile(std::string path, DescriptorBudget& budget)
    : path_(std::move(path)), budget_(&budget) {}

KernelFile::KernelFile(KernelFile&& other) noexcept = default;

KernelFile::~KernelFile() {
  if (fd_) budget_->Return();
}

Status KernelFile::Fail(int error, const char* what) {
  last_errno_ = error;
  return ErrnoStatus(path_, what, error);
}

Status KernelFile::ReadInto(int fd, bool) {
  size_ = 0;
  if (buffer_.empty()) buffer_.resize(kFirstBuffer);
  while (true) {
    if (size_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
    const ssize_t got =
        ::pread(fd, buffer_.data() + size_, buffer_.size() - size_, static_cast<off_t>(size_));
    if (got > 0) {
      size_ += static_cast<std::size_t>(got);
      continue;
    }
    if (got == 0) return {};
    if (errno != EINTR) return Fail(errno, "read");
  }
}

Result<std::string_view> KernelFile::Read() {
  last_errno_ = 0;
  if (fd_) {
    if (ReadInto(fd_.get(), true).ok()) return std::string_view(buffer_).substr(0, size_);
    fd_.reset();
    budget_->Return();
  }
  UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return Fail(errno, "open");
  if (Status status = ReadInto(fd.get(), true); !status) return status;
  last_errno_ = 0;
  if (budget_->TryTake()) fd_ = std::move(fd);
  return std::string_view(buffer_).substr(0, size_);
}

Result<std::string_view> KernelFile::ReadTrimmed() {
  Result<std::string_view> text = Read();
  if (text) return Trim(*text);
  return text;
}

}  // namespace hostpulse::kernel
