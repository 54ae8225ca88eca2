#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "core/clock.h"

namespace hostpulse {

// Time that goes by only when a test says so. Thread safe. The wall clock starts at
// 2026-11-23T01:02:03.456Z, the monotonic one at 1000 s.
class FakeClock final : public Clock {
 public:
  WallTime Now() const override { return WallTime(std::chrono::nanoseconds(wall_.load())); }
  MonotonicTime Monotonic() const override {
    return MonotonicTime(std::chrono::nanoseconds(monotonic_.load()));
  }
  std::chrono::nanoseconds SinceBoot() const override {
    return std::chrono::nanoseconds(monotonic_.load());
  }

  // Both clocks go on, as they do when nobody sets the wall clock.
  void Advance(std::chrono::nanoseconds by) {
    wall_ += by.count();
    monotonic_ += by.count();
  }
  void SetWall(WallTime time) { wall_ = time.time_since_epoch().count(); }
  void SetMonotonic(MonotonicTime time) {
    monotonic_ = std::chrono::nanoseconds(time.time_since_epoch()).count();
  }

 private:
  std::atomic<std::int64_t> wall_{1'795'395'723'456'000'000};
  std::atomic<std::int64_t> monotonic_{1'000'000'000'000};
};

}  // namespace hostpulse
