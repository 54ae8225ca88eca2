#include "push/tick_schedule.h"

#include <algorithm>
#include <string>

#include "push/stable_hash.h"

namespace hostpulse::push {

std::chrono::milliseconds PhaseOf(const LabelSet& labels, std::chrono::nanoseconds interval) {
  const auto places = std::chrono::duration_cast<std::chrono::milliseconds>(interval).count();
  if (places <= 0) return {};
  std::string text;
  for (const Label& label : labels) text.append(label.name).append("=").append(label.value) += '\n';
  return std::chrono::milliseconds(StableHash(text) % static_cast<std::uint64_t>(places));
}

MonotonicTime TickSchedule::Next(WallTime wall, MonotonicTime now) {
  const auto past = (wall.time_since_epoch() - phase_) % interval_;
  auto wait = interval_ - past;
  // The end of a wait may be a little before its grid time where the wall clock is being slewed.
  if (last_fired_ && now + wait < *last_fired_ + interval_ / 2) wait += interval_;
  deadline_ = now + wait;
  if (last_fired_) {
    const auto ticks = (deadline_ - *last_fired_ + interval_ / 2) / interval_;
    if (ticks > 1) skipped_ += static_cast<std::uint64_t>(ticks - 1);
  }
  grid_ = wall + wait;
  return deadline_;
}

std::int64_t TickSchedule::Later(std::int64_t now_ms) {
  if (!last_stamp_ms_ || now_ms > *last_stamp_ms_) return now_ms;
  if (std::chrono::milliseconds(*last_stamp_ms_ - now_ms) <= 2 * interval_) {
    return *last_stamp_ms_ + 1;
  }
  ++steps_back_;
  return now_ms;
}

std::int64_t TickSchedule::Stamp(WallTime wall) {
  const auto off = wall > grid_ ? wall - grid_ : grid_ - wall;
  const std::int64_t now_ms = ToUnixMillis(off <= interval_ / 100 ? grid_ : wall);
  const std::int64_t stamp = Later(now_ms);
  ahead_ = std::chrono::milliseconds(stamp - now_ms);
  last_stamp_ms_ = stamp;
  return stamp;
}

}  // namespace hostpulse::push
