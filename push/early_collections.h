#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "core/clock.h"
#include "core/function_ref.h"
#include "push/queue/queue.h"

namespace hostpulse::push {

// Collections made while the clock cannot be right, as on a board without a battery before it has
// reached a time server: they wait here, and get the time that they were really made at once it is
// known. Beyond kMost the oldest ones go. Not thread safe.
class EarlyCollections {
 public:
  static constexpr std::size_t kMost = 120;

  // Whether it may be that late: this program is younger than the times before.
  static bool IsPlausible(WallTime now);

  void Add(const Collection& collection, MonotonicTime now);
  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }
  std::uint64_t dropped() const { return dropped_; }

  // Gives them all to `append`, oldest first, with their times and those that their series begin at
  // put right, and forgets them.
  void Release(WallTime wall, MonotonicTime now, FunctionRef<void(const Collection&)> append);

 private:
  struct Waiting {
    std::int64_t timestamp_ms = 0;
    MonotonicTime made_at{};
    std::vector<SeriesPtr> added;
    std::vector<SeriesValue> values;
    std::vector<SeriesId> gone;
  };
  void DropOldest();

  std::deque<Waiting> waiting_;
  std::uint64_t dropped_ = 0;
};

}  // namespace hostpulse::push
