#pragma once

#include <time.h>

#include <chrono>
#include <cstdint>

namespace hostpulse {

// Time since the epoch, for sample timestamps and log lines only: it may jump.
using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;
// CLOCK_MONOTONIC, for every interval, deadline and schedule.
using MonotonicTime = std::chrono::steady_clock::time_point;

// Where time comes from, so that tests can make it go by. Thread safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime Now() const = 0;
  virtual MonotonicTime Monotonic() const = 0;
  virtual std::chrono::nanoseconds SinceBoot() const = 0;  // CLOCK_BOOTTIME: suspends included.
};

class SystemClock final : public Clock {
 public:
  WallTime Now() const override {
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
  }
  MonotonicTime Monotonic() const override { return std::chrono::steady_clock::now(); }
  std::chrono::nanoseconds SinceBoot() const override {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }
};

// Milliseconds since the epoch: the unit of Prometheus' sample timestamps.
inline std::int64_t ToUnixMillis(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

// Seconds as a double: the unit of every Prometheus duration and time metric.
template <typename Rep, typename Period>
double ToSeconds(std::chrono::duration<Rep, Period> duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace hostpulse
