#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/clock.h"
#include "push/labels.h"

namespace hostpulse::push {

// Where in an interval the ticks of a host lie: always at the same place, and each host's at
// another one, so that a fleet does not push as one. Whole milliseconds, from a hash of the host's
// labels.
std::chrono::milliseconds PhaseOf(const LabelSet& labels, std::chrono::nanoseconds interval);

// When to collect: on the multiples of the interval in wall time, moved by the phase, so that
// restarts keep to one grid, but waited for in monotonic time, so that a clock that jumps neither
// stops collections nor fires a burst of them. A tick that came too late is skipped and counted.
// Not thread safe.
class TickSchedule {
 public:
  explicit TickSchedule(std::chrono::nanoseconds interval, std::chrono::nanoseconds phase = {})
      : interval_(interval), phase_(phase) {}

  // The deadline of the next tick, at least half an interval after the last one that fired.
  MonotonicTime Next(WallTime wall, MonotonicTime now);

  // The deadline of the last Next has come.
  void Fire() { last_fired_ = deadline_; }

  // The timestamp of a collection that begins at `wall` for the tick of the last Next: the grid's,
  // if it is punctual to 1 % of the interval, else the time it is. Where the clock was set back by
  // up to two intervals, just later than the last one; where by more, it follows the clock.
  std::int64_t Stamp(WallTime wall);

  std::uint64_t skipped() const { return skipped_; }

  std::uint64_t steps_back() const { return steps_back_; }  // That were followed.

  // How far the last timestamp is ahead of the clock that it was made from: not zero while the
  // clock is behind a time at which samples were already taken.
  std::chrono::milliseconds ahead() const { return ahead_; }

  void Set(std::chrono::nanoseconds interval, std::chrono::nanoseconds phase) {
    interval_ = interval;
    phase_ = phase;
  }

 private:
  std::int64_t Later(std::int64_t now_ms);

  std::chrono::nanoseconds interval_;
  std::chrono::nanoseconds phase_;
  MonotonicTime deadline_{};
  std::optional<MonotonicTime> last_fired_;
  WallTime grid_{};
  std::optional<std::int64_t> last_stamp_ms_;
  std::uint64_t skipped_ = 0;
  std::uint64_t steps_back_ = 0;
  std::chrono::milliseconds ahead_{};
};

}  // namespace hostpulse::push
