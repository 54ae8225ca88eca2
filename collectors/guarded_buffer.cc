#include "collectors/guarded_buffer.h"

#include <sys/mman.h>
#include <unistd.h>

namespace hostpulse::collectors {
namespace {

std::size_t PageSize() {
  return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

void GuardedBuffer::Release() {
  if (start_ != nullptr) ::munmap(start_, room_ + PageSize());
  start_ = nullptr;
  room_ = 0;
}

std::byte* GuardedBuffer::Reserve(std::size_t bytes) {
  if (bytes <= room_) return start_;
  Release();
  const std::size_t page = PageSize();
  const std::size_t room = (bytes + page - 1) / page * page;
  void* const mapped = ::mmap(nullptr, room + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  start_ = static_cast<std::byte*>(mapped);
  room_ = room;
  if (::mprotect(start_, room, PROT_READ | PROT_WRITE) != 0) Release();
  return start_;
}

}  // namespace hostpulse::collectors
