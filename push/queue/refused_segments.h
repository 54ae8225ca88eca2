#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "core/clock.h"
#include "core/log/logger.h"
#include "core/mutex.h"
#include "push/queue/queue_directory.h"

namespace hostpulse::push {

// Segments with samples that a destination refused for good: each has a second name, which stays
// when the log is done with it, so that its samples can be sent again once the reason is gone.
// Bounded in bytes, but for the newest one, and in age; the oldest go first. Thread safe.
class RefusedSegments {
 public:
  struct Bounds {
    std::uint64_t max_bytes = 0;
    std::chrono::nanoseconds max_age{};
  };

  // The references outlive it. Until bounds are set nothing is removed.
  RefusedSegments(const QueueDirectory& directory, const Clock& clock, Logger& log)
      : directory_(directory), clock_(clock), log_(log) {}

  // Removes what is over the bounds, now and whenever a segment comes.
  void SetBounds(const Bounds& bounds);

  // Keeps the segment of this number, if it is there.
  void Keep(std::uint64_t base);

  // Makes room on a full disk. False where there was nothing to remove.
  bool DropOldest();

  std::uint64_t bytes() const;

 private:
  struct File {
    std::uint64_t base = 0;
    std::uint64_t bytes = 0;
    WallTime written{};
  };

  std::vector<File> Find() const HOSTPULSE_REQUIRES(mutex_);
  void Trim() HOSTPULSE_REQUIRES(mutex_);

  const QueueDirectory& directory_;
  const Clock& clock_;
  Logger& log_;
  mutable Mutex mutex_;
  Bounds bounds_ HOSTPULSE_GUARDED_BY(mutex_);
  std::uint64_t bytes_ HOSTPULSE_GUARDED_BY(mutex_) = 0;
};

}  // namespace hostpulse::push
