#include "push/early_collections.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace hostpulse::push {
namespace {

// 2026-01-01T00:00:00Z
constexpr WallTime kEarliest{std::chrono::seconds(1'767'225'600)};

std::vector<SeriesPtr> Shifted(const std::vector<SeriesPtr>& all, std::int64_t by_ms) {
  std::vector<SeriesPtr> shifted;
  shifted.reserve(all.size());
  for (const SeriesPtr& series : all) {
    auto copy = std::make_shared<Series>(*series);
    if (copy->start_ms != 0) copy->start_ms += by_ms;
    shifted.push_back(std::move(copy));
  }
  return shifted;
}

}  // namespace

bool EarlyCollections::IsPlausible(WallTime now) {
  return now >= kEarliest;
}

void EarlyCollections::Add(const Collection& collection, MonotonicTime now) {
  waiting_.push_back({collection.timestamp_ms,
                      now,
                      {collection.added.begin(), collection.added.end()},
                      {collection.values.begin(), collection.values.end()},
                      {collection.gone.begin(), collection.gone.end()}});
  if (waiting_.size() > kMost) DropOldest();
}

// The next one takes over what it says of series: those that it added and still live, and those
// that it ended, unless nobody ever heard of them.
void EarlyCollections::DropOldest() {
  Waiting oldest = std::move(waiting_.front());
  waiting_.pop_front();
  ++dropped_;
  Waiting& next = waiting_.front();
  const auto ends_in = [](const std::vector<SeriesId>& gone, const SeriesPtr& series) {
    return std::ranges::binary_search(gone, series->id);
  };
  std::vector<SeriesId> unheard;
  for (const SeriesPtr& series : oldest.added) {
    if (ends_in(next.gone, series)) unheard.push_back(series->id);
  }
  std::erase_if(oldest.added, [&](const SeriesPtr& series) { return ends_in(next.gone, series); });
  std::erase_if(next.gone, [&](SeriesId id) { return std::ranges::count(unheard, id) > 0; });
  next.gone.insert(next.gone.end(), oldest.gone.begin(), oldest.gone.end());
  std::ranges::sort(next.gone);
  next.added.insert(next.added.begin(), oldest.added.begin(), oldest.added.end());
}

void EarlyCollections::Release(WallTime wall, MonotonicTime now,
                               FunctionRef<void(const Collection&)> append) {
  for (const Waiting& waiting : waiting_) {
    const std::int64_t timestamp_ms = ToUnixMillis(wall - (now - waiting.made_at));
    const std::vector<SeriesPtr> added =
        Shifted(waiting.added, timestamp_ms - waiting.timestamp_ms);
    append({timestamp_ms, added, waiting.values, waiting.gone});
  }
  waiting_.clear();
}

}  // namespace hostpulse::push
