#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "core/clock.h"
#include "core/metrics/metric_source.h"
#include "core/mutex.h"

namespace hostpulse {

// Lets callers that come while a collection with their filter is under way take part in it, instead
// of making one each: however many scrape at once, the kernel is read once. Callers in a hurry,
// with a deadline before the `patience` that a collection may take, gather by themselves: they get
// what is there by then, and nobody else gets less because of them. Thread safe.
class SharedSource final : public MetricSource {
 public:
  // Source and clock outlive it.
  SharedSource(MetricSource& source, std::chrono::nanoseconds patience, const Clock& clock)
      : source_(source), patience_(patience), clock_(clock) {}

  Status Gather(const GatherFilter& filter, FamilyVisitor visit) override
      HOSTPULSE_EXCLUDES(mutex_);

 private:
  // One collection. Its fields are guarded by mutex_, but for those that stay as they are.
  struct Flight {
    enum class Stage { kGathering, kHolding, kOver };

    Flight(const GatherFilter& of, MonotonicTime now)
        : filter{of.collect, of.exclude, of.deadline}, began(now) {}

    const GatherFilter filter;
    const MonotonicTime began;
    Stage stage = Stage::kGathering;
    std::span<const FamilyView> families;  // While they are held.
    int visiting = 0;                      // Callers that look, or will, besides the first.
    Status status{ErrorCode::kIo, "the collection that was shared did not come to its end"};
  };
  struct Place {
    std::shared_ptr<Flight> flight;
    bool joined;  // Another caller leads it.
  };
  class Hold;
  class Visit;
  class End;

  bool IsInHurry(const GatherFilter& filter) const;
  Place JoinOrOpen(const GatherFilter& filter) HOSTPULSE_EXCLUDES(mutex_);
  Status Lead(Flight& flight, FamilyVisitor visit) HOSTPULSE_EXCLUDES(mutex_);
  Status Follow(Flight& flight, FamilyVisitor visit) HOSTPULSE_EXCLUDES(mutex_);
  void Close(const Flight& flight) HOSTPULSE_REQUIRES(mutex_);

  MetricSource& source_;
  const std::chrono::nanoseconds patience_;
  const Clock& clock_;
  Mutex mutex_;
  CondVar changed_;  // Any flight's stage, or who visits.
  // Those that may be joined: they have not got their families yet.
  std::vector<std::shared_ptr<Flight>> open_ HOSTPULSE_GUARDED_BY(mutex_);
};

}  // namespace hostpulse
