#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "push/queue/queue.h"
#include "push/queue/value_coder.h"

namespace hostpulse::push {

// The most series that live at a time: what a damaged file may make a reader keep.
inline constexpr std::size_t kMostSeries = std::size_t{1} << 20;

// A living series with what its next value is coded against.
struct LivingSeries {
  SeriesPtr series;
  SeriesId id = 0;
  bool fresh = false;  // Its entry was added after the first record of the segment.
  ValueState state;
};

// The series that live at a point of the log, ascending by id. Not thread safe.
class LivingSet {
 public:
  std::vector<LivingSeries>& items() { return items_; }
  const std::vector<LivingSeries>& items() const { return items_; }
  std::size_t size() const { return items_.size(); }

  // The series of this id, or nullptr.
  const LivingSeries* Find(SeriesId id) const;

  // Adds series, ascending by id, in the place of those with the same ids. They are fresh.
  void Merge(std::span<const SeriesPtr> series);

  // Takes out those of `ids`, ascending, that there are.
  void Erase(std::span<const SeriesId> ids);

  void Clear() { items_.clear(); }

 private:
  std::vector<LivingSeries> items_;
  std::vector<LivingSeries> spare_;
};

}  // namespace hostpulse::push
