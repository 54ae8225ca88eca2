#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "core/clock.h"

namespace hostpulse::push {

// What is known of a segment without reading it. Counts are of what can be read.
struct SegmentInfo {
  std::uint64_t base = 0;  // Its name.
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;  // Where it has nothing: that of the segment before, or 0.
  std::uint64_t bytes = 0;
  std::uint64_t samples = 0;
  std::uint64_t collections = 0;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
  // When its last collection came, by a clock that does not jump.
  MonotonicTime newest{};
  bool inherited = false;  // From a process before.

  void Count(std::uint64_t sequence, std::int64_t timestamp_ms, std::uint64_t of_samples);
};

// The segments of the log, oldest first. Not thread safe.
class SegmentIndex {
 public:
  void Add(const SegmentInfo& info);
  SegmentInfo PopOldest();
  // The newest one has another collection, and so many bytes now.
  void CountNewest(std::uint64_t sequence, std::int64_t timestamp_ms, std::uint64_t samples,
                   std::uint64_t bytes, MonotonicTime now);

  bool empty() const { return infos_.empty(); }
  std::size_t size() const { return infos_.size(); }
  const SegmentInfo& oldest() const { return infos_.front(); }
  const SegmentInfo& newest() const { return infos_.back(); }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t samples() const { return samples_; }
  std::uint64_t collections() const { return collections_; }

  // The newest one that has collections, or nullptr.
  const SegmentInfo* FindLast() const;
  // The first one with collections above this sequence number, or nullptr.
  const SegmentInfo* FindAfter(std::uint64_t sequence) const;
  // The samples of those that have only collections above it.
  std::uint64_t SamplesOfWholeAfter(std::uint64_t sequence) const;

 private:
  std::deque<SegmentInfo> infos_;
  std::uint64_t bytes_ = 0;
  std::uint64_t samples_ = 0;
  std::uint64_t collections_ = 0;
};

}  // namespace hostpulse::push
