#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/clock.h"

namespace hostpulse::push {

// Compares the clock of this host with that of a receiver, which its answers tell (RFC 9110, Date).
// Receivers refuse samples from more than ten minutes ahead of their clock, or worse: older ones
// take them, and then refuse everything that is older, from every host. Not thread safe.
class ReceiverClock {
 public:
  // How far ahead Prometheus lets a sample be (storage/remote, maxAheadTime).
  static constexpr std::chrono::minutes kMostAhead{10};

  // The clock outlives it.
  explicit ReceiverClock(const Clock& clock) : clock_(clock) {}

  // An answer came: with its Date less our time, or without one.
  void NoteAnswer(std::optional<std::chrono::nanoseconds> offset) {
    known_ = true;
    offset_ = offset.value_or(std::chrono::nanoseconds(0));
  }

  // Whether any answer has come. Before the first one our own clock has to do.
  bool known() const { return known_; }

  // Its clock less ours; zero where it does not tell.
  std::chrono::nanoseconds offset() const { return offset_; }
  WallTime Now() const { return clock_.Now() + offset_; }

  // Whether a sample of this time is from its future.
  bool IsAhead(std::int64_t timestamp_ms) const {
    return timestamp_ms > ToUnixMillis(Now() + kMostAhead);
  }
  // Whether what we collect now is.
  bool WeAreAhead() const { return offset_ < -kMostAhead; }

 private:
  const Clock& clock_;
  bool known_ = false;
  std::chrono::nanoseconds offset_{};
};

}  // namespace hostpulse::push
