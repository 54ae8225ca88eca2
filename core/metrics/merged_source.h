#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "core/metrics/family_merge.h"
#include "core/metrics/metric_source.h"
#include "core/mutex.h"

namespace hostpulse {

// Several sources seen as one: every Gather asks them in order, and the visitor sees one sorted
// list. The error of any of them is the error of the Gather. Thread safe: Gathers take turns.
class MergedSource final : public MetricSource {
 public:
  // The sources outlive it.
  MergedSource(std::initializer_list<MetricSource*> sources) : sources_(sources) {}

  Status Gather(const GatherFilter& filter, FamilyVisitor visit) override
      HOSTPULSE_EXCLUDES(mutex_);

  // Samples left out since the start because their series, or their name with another type, was
  // there already.
  std::uint64_t clashes() const { return clashes_.load(std::memory_order_relaxed); }

 private:
  // Gathers from sources_[index] on, each inside the visit of the one before, so that all of them
  // hold still at once.
  Status GatherFrom(std::size_t index, const GatherFilter& filter, FamilyVisitor visit)
      HOSTPULSE_REQUIRES(mutex_);

  const std::vector<MetricSource*> sources_;
  Mutex mutex_;
  FamilyMerger merger_ HOSTPULSE_GUARDED_BY(mutex_);
  std::atomic<std::uint64_t> clashes_ = 0;
};

}  // namespace hostpulse
