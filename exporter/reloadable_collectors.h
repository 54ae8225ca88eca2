#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "collectors/collector_set.h"
#include "core/metrics/metric_source.h"
#include "core/mutex.h"

namespace hostpulse {

// The collectors behind an address that stays while a reload exchanges them: scrapes in progress
// end with the set they began with, which goes when the last of them does. Thread safe.
class ReloadableCollectors final : public MetricSource {
 public:
  explicit ReloadableCollectors(std::unique_ptr<collectors::CollectorSet> set)
      : set_(std::move(set)) {}

  void Exchange(std::unique_ptr<collectors::CollectorSet> set) HOSTPULSE_EXCLUDES(mutex_);

  Status Gather(const GatherFilter& filter, FamilyVisitor visit) override;

  std::vector<collectors::CollectorReport> Reports() const { return Current()->Reports(); }

  // Samples dropped for repeating a label set, since the start of the program.
  std::uint64_t duplicates() const HOSTPULSE_EXCLUDES(mutex_);

 private:
  std::shared_ptr<collectors::CollectorSet> Current() const HOSTPULSE_EXCLUDES(mutex_);

  mutable Mutex mutex_;
  std::shared_ptr<collectors::CollectorSet> set_ HOSTPULSE_GUARDED_BY(mutex_);
  std::uint64_t earlier_duplicates_ HOSTPULSE_GUARDED_BY(mutex_) = 0;
};

}  // namespace hostpulse
