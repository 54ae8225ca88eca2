#pragma once

#include <cstddef>
#include <utility>

namespace hostpulse::collectors {

// Memory for system calls that write as much as the kernel has, whatever room they were told of
// (ETHTOOL_GSTRINGS and ETHTOOL_GSTATS do): behind its end is a page that nobody may touch, so that
// too much is EFAULT for the caller instead of a heap overwritten. Grows, never shrinks.
class GuardedBuffer {
 public:
  GuardedBuffer() = default;
  GuardedBuffer(GuardedBuffer&& other) noexcept
      : start_(std::exchange(other.start_, nullptr)), room_(std::exchange(other.room_, 0)) {}
  GuardedBuffer& operator=(GuardedBuffer&&) = delete;
  ~GuardedBuffer() { Release(); }

  // Room for at least so many bytes, aligned for any type, with any content; room() says how much.
  // Null without memory. What was given before is no longer valid.
  std::byte* Reserve(std::size_t bytes);
  std::size_t room() const { return room_; }

 private:
  void Release();

  std::byte* start_ = nullptr;
  std::size_t room_ = 0;
};

}  // namespace hostpulse::collectors
