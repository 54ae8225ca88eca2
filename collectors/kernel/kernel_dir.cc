#include "collectors/kernel/kernel_dir.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "collectors/kernel/dir_entries.h"

namespace hostpulse::kernel {
namespace {

constexpr std::size_t kFirstBuffer = 4096;
constexpr std::size_t kLongestEntry = 280;  // With a name of 255 bytes.

// sysfs and procfs go on until the buffer has no room for the next entry; others may stop earlier
// and must be asked again until they have nothing more to say.
bool FillsBuffers(int fd) {
  struct statfs status {};
  return ::fstatfs(fd, &status) == 0 &&
         (status.f_type == SYSFS_MAGIC || status.f_type == PROC_SUPER_MAGIC);
}

}  // namespace

KernelDir::KernelDir(std::string path, DescriptorBudget& budget)
    : path_(std::move(path)), budget_(&budget) {}

KernelDir::KernelDir(KernelDir&& other) noexcept = default;

KernelDir::~KernelDir() {
  if (fd_) budget_->Return();
}

int KernelDir::ReadEntries(int fd) {
  size_ = 0;
  if (entries_.empty()) entries_.resize(kFirstBuffer);
  while (true) {
    if (entries_.size() - size_ < kLongestEntry) entries_.resize(entries_.size() * 2);
    const long got =
        ::syscall(SYS_getdents64, fd, entries_.data() + size_, entries_.size() - size_);
    if (got < 0) return errno;
    if (got == 0) break;
    size_ += static_cast<std::size_t>(got);
    if (fills_ && entries_.size() - size_ >= kLongestEntry) break;
  }
  CollectNames();
  return 0;
}

void KernelDir::CollectNames() {
  names_.clear();
  ForEachEntry(std::span(entries_).first(size_),
               [this](std::string_view name) { names_.push_back(name); });
  std::sort(names_.begin(), names_.end());
}

bool KernelDir::ListKept() {
  if (!fd_) return false;
  // The descriptor of a sysfs directory that left, perhaps to come back under its name, lists
  // nothing and gives no error: an empty one is opened again.
  if (::lseek(fd_.get(), 0, SEEK_SET) == 0 && ReadEntries(fd_.get()) == 0 && !names_.empty()) {
    return true;
  }
  fd_.reset();
  budget_->Return();
  return false;
}

Result<std::span<const std::string_view>> KernelDir::List() {
  if (!ListKept()) {
    UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) return ErrnoStatus(path_, "open", errno);
    fills_ = FillsBuffers(fd.get());
    if (const int error = ReadEntries(fd.get()); error != 0) {
      return ErrnoStatus(path_, "list", error);
    }
    if (budget_->TryTake()) fd_ = std::move(fd);
  }
  return std::span<const std::string_view>(names_);
}

}  // namespace hostpulse::kernel
