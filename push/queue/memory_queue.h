#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/clock.h"
#include "core/log/logger.h"
#include "core/mutex.h"
#include "push/queue/chunk.h"
#include "push/queue/queue.h"

namespace hostpulse::push {

// The queue in memory: lost with the process. Of its options it knows max_bytes and max_age. Since
// their defaults are meant for a disk, it takes kMostBytes at most. It drops whole chunks.
class MemoryQueue final : public Queue {
 public:
  static constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;

  // The references outlive it.
  MemoryQueue(const QueueOptions& options, const Clock& clock, Logger& log);
  ~MemoryQueue() override;

  Status Append(const Collection& collection) override;
  std::unique_ptr<Cursor> Open(std::string_view destination) override;
  void Forget(std::string_view destination) override;
  QueueStats Stats() const override;
  std::vector<std::string> Destinations() const override;
  std::vector<SeriesPtr> Living() const override { return {}; }
  SeriesId NextId() const override { return 1; }
  void SetOptions(const QueueOptions& options) override;

 private:
  class MemoryCursor;
  enum class Bound { kBytes, kAge };

  // Where a destination stands. `stats` leaves out what depends on the chunks.
  struct Place {
    std::uint64_t acked_sequence = 0;
    CursorStats stats;
  };
  struct AgedChunk {
    Chunk chunk;
    MonotonicTime newest{};  // When its last collection came: clocks that jump age nothing.
  };

  AgedChunk& OpenChunk() HOSTPULSE_REQUIRES(mutex_);
  void KeepBounds() HOSTPULSE_REQUIRES(mutex_);
  void DropOldest(Bound bound) HOSTPULSE_REQUIRES(mutex_);
  void PopOldest() HOSTPULSE_REQUIRES(mutex_);
  void PopAcked() HOSTPULSE_REQUIRES(mutex_);
  std::size_t SamplesBetween(std::uint64_t after, std::uint64_t upto) const
      HOSTPULSE_REQUIRES(mutex_);
  CursorStats StatsOf(const Place& place) const HOSTPULSE_REQUIRES(mutex_);

  const Clock& clock_;
  Logger& log_;
  mutable Mutex mutex_;
  CondVar appended_;
  std::uint64_t max_bytes_ HOSTPULSE_GUARDED_BY(mutex_);
  std::chrono::nanoseconds max_age_ HOSTPULSE_GUARDED_BY(mutex_);
  std::deque<AgedChunk> chunks_ HOSTPULSE_GUARDED_BY(mutex_);
  Chunk spare_ HOSTPULSE_GUARDED_BY(mutex_);
  std::uint64_t bytes_ HOSTPULSE_GUARDED_BY(mutex_) = 0;  // Of the chunks.
  std::uint64_t last_sequence_ HOSTPULSE_GUARDED_BY(mutex_) = 0;
  std::unordered_map<SeriesId, SeriesPtr> dictionary_ HOSTPULSE_GUARDED_BY(mutex_);
  std::map<std::string, Place, std::less<>> places_ HOSTPULSE_GUARDED_BY(mutex_);
};

}  // namespace hostpulse::push
