#pragma once

#include <cstdint>
#include <functional>

#include "core/clock.h"
#include "core/metrics/metric_batch.h"
#include "core/metrics/metric_source.h"
#include "core/mutex.h"

namespace hostpulse {

// What the program says of itself beside its registry: which build it is, how the last reload went,
// how many samples were dropped as duplicates. Thread safe.
class SelfMetrics final : public MetricSource {
 public:
  // `duplicates` is asked in every Gather.
  SelfMetrics(const Clock& clock, std::function<std::uint64_t()> duplicates);

  // The start counts as the first reload.
  void NoteReload(bool successful) HOSTPULSE_EXCLUDES(mutex_);

  Status Gather(const GatherFilter& filter, FamilyVisitor visit) override;

 private:
  void Fill() HOSTPULSE_REQUIRES(mutex_);

  const Clock& clock_;
  const std::function<std::uint64_t()> duplicates_;
  Mutex mutex_;
  MetricBatch batch_ HOSTPULSE_GUARDED_BY(mutex_);
  bool last_successful_ HOSTPULSE_GUARDED_BY(mutex_) = true;
  double last_success_ HOSTPULSE_GUARDED_BY(mutex_);  // Unix seconds.
};

}  // namespace hostpulse
