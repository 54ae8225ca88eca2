#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>

#include "core/clock.h"

namespace hostpulse::push {

struct CatchUpOptions {
  // A receiver that was away for less is simply sent to again.
  std::chrono::nanoseconds outage = std::chrono::minutes(1);
  // Hosts that a receiver comes back for begin within this time, each at a random moment.
  std::chrono::nanoseconds spread = std::chrono::seconds(15);
};

// How a backlog is brought to a receiver that was away, so that a fleet which waited for it does
// not knock it over again: the heartbeat at once, the rest after a random wait, at first at ten
// times the rate at which samples are collected, then twice as fast after each quick answer, and
// half as fast after each slow one or failure. Not thread safe.
class CatchUp {
 public:
  CatchUp(CatchUpOptions options, std::uint32_t seed) : options_(options), random_(seed) {}

  // There is a backlog of this age from an earlier process. It is sent without the random wait:
  // that one host was restarted is no reason for others to come back.
  void Resume(std::chrono::nanoseconds backlog_age);

  // A request failed and will be made again.
  void NoteFailure(MonotonicTime now);

  // Whether the next request is to be the heartbeat alone.
  bool HeartbeatIsDue(MonotonicTime now) const;
  // It was sent, or there is none.
  void NoteHeartbeat(MonotonicTime now);

  // A request was accepted: how many samples, how long the answer took, how many samples a second
  // are collected.
  void NoteAccepted(MonotonicTime now, std::size_t samples, std::chrono::nanoseconds took,
                    double live_rate);

  // Nothing old is left.
  void NoteCaughtUp() { pace_.reset(); }

  bool active() const { return pace_.has_value(); }

  // How long to wait before the next batch.
  std::chrono::nanoseconds Pause(MonotonicTime now) const;

 private:
  bool IsOutage(MonotonicTime now) const;
  void Begin(MonotonicTime first);

  struct Pace {
    double rate = 0;  // Samples a second; 0: not known yet.
    MonotonicTime next{};
  };

  const CatchUpOptions options_;
  std::minstd_rand random_;
  std::optional<MonotonicTime> failing_since_;
  bool resumed_ = false;  // The heartbeat for what an earlier process left is still due.
  std::optional<Pace> pace_;
};

}  // namespace hostpulse::push
