#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "push/queue/queue.h"
#include "push/queue/value_coder.h"

namespace hostpulse::push {

// A collection that the disk did not take. Const once made, shared with who reads it.
struct SpilledCollection {
  std::uint64_t sequence = 0;
  std::int64_t timestamp_ms = 0;
  std::size_t samples = 0;
  std::vector<SeriesPtr> added;
  std::vector<SeriesPtr> ended;  // Ascending by id: those that go here.
  std::string ids;               // Of the values, as distances.
  ValueBytes values;             // Each coded against nothing.

  void Unpack(std::vector<SeriesValue>& out) const;
};
using SpilledPtr = std::shared_ptr<const SpilledCollection>;

// `ended` are the series of collection.gone.
SpilledPtr Spill(std::uint64_t sequence, const Collection& collection,
                 std::vector<SeriesPtr> ended);

// The collections that wait in memory until the disk takes them, oldest first. Not thread safe.
class SpillRing {
 public:
  static constexpr std::size_t kMostCollections = 60;

  void Add(SpilledPtr spilled);
  SpilledPtr PopOldest();

  bool empty() const { return spilled_.empty(); }
  bool full() const { return spilled_.size() >= kMostCollections; }
  std::size_t size() const { return spilled_.size(); }
  std::uint64_t samples() const { return samples_; }
  const SpilledPtr& oldest() const { return spilled_.front(); }

  // The first one above this sequence number, or nullptr.
  SpilledPtr FindAfter(std::uint64_t sequence) const;
  std::uint64_t SamplesAfter(std::uint64_t sequence) const;

  // The series of this id, if it ended in one of them.
  SeriesPtr FindEnded(SeriesId id) const;

 private:
  std::deque<SpilledPtr> spilled_;
  std::uint64_t samples_ = 0;
};

}  // namespace hostpulse::push
