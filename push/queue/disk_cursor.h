#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "core/log/logger.h"
#include "push/queue/batch_builder.h"
#include "push/queue/collection_reader.h"
#include "push/queue/queue.h"
#include "push/queue/refused_segments.h"
#include "push/queue/shared_log.h"

namespace hostpulse::push {

// The place of one destination in a queue on disk. Goes on reading where it was, so that what was
// read is read once; where it must go back, it decodes anew from the beginning of the segment.
class DiskCursor final : public Cursor {
 public:
  // All references outlive it; `place` is its own but for what others do to it under the lock. A
  // new place is written to its file at once.
  DiskCursor(const QueueDirectory& directory, SharedLog& shared, RefusedSegments& refused,
             Place& place, bool is_new, bool durable, const Clock& clock, Logger& log);
  ~DiskCursor() override;  // Writes where it stands.

  bool Peek(const PeekLimits& limits, Batch& out) override;
  std::size_t Ack(std::uint64_t sequence) override;
  void KeepRefused() override;
  void WaitForMore(std::uint64_t samples, std::stop_token stop,
                   std::chrono::nanoseconds at_most) override;
  CursorStats Stats() const override;

 private:
  // A collection that was read, from the disk or from memory.
  struct Current {
    std::uint64_t sequence = 0;
    std::int64_t timestamp_ms = 0;
    std::size_t samples = 0;
    bool replaced = false;  // A series of it is not the one that had its id before.
    std::span<const SeriesSample> values;
    std::span<const SeriesSample> gone;
  };
  struct Peeked {
    std::uint64_t sequence = 0;
    std::size_t samples = 0;
  };
  // Where the collection after a sequence number is.
  struct Next {
    std::optional<SegmentInfo> segment;
    SpilledPtr spilled;
  };

  bool ReadNext(bool batch_is_empty);
  bool ReadFromDisk(const SegmentInfo& segment, bool batch_is_empty);
  void ReadFromMemory(const SpilledPtr& spilled);
  Next FindNext(bool batch_is_empty);
  void SkipSegment(const SegmentInfo& segment, bool batch_is_empty);
  void Take(Batch& out);
  void Rewind(std::uint64_t sequence);
  std::uint64_t acked() const;
  void Save();

  SharedLog& shared_;
  RefusedSegments& refused_;
  Place& place_;
  const bool durable_;
  const Clock& clock_;
  Logger& log_;

  CollectionReader reader_;
  std::uint64_t position_ = 0;  // Of the last collection that was read and taken, or passed over.
  std::optional<Current> current_;  // Read, and not taken yet.
  int failures_ = 0;                // In a row, to read the same segment.
  SpilledPtr spilled_;              // What current_ borrows from, where it is from memory.
  std::vector<SeriesValue> spilled_values_;
  std::vector<SeriesPtr> spilled_series_;
  std::vector<SeriesSample> spilled_samples_;
  std::vector<SeriesSample> spilled_gone_;
  BatchBuilder builder_;
  std::vector<Peeked> peeked_;
  MonotonicTime last_save_{};
};

}  // namespace hostpulse::push
