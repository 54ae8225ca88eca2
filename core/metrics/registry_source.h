#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <vector>

#include "core/metrics/metric_batch.h"
#include "core/metrics/metric_source.h"
#include "core/mutex.h"

namespace hostpulse {

// What the exporter counts about itself in a prometheus::Registry, as a source. The library copies
// its families for every gather; theirs are few. Filters do not apply to it. Thread safe.
class RegistrySource final : public MetricSource {
 public:
  // The registry outlives it.
  explicit RegistrySource(const prometheus::Collectable& registry) : registry_(registry) {}

  Status Gather(const GatherFilter& filter, FamilyVisitor visit) override
      HOSTPULSE_EXCLUDES(mutex_);

 private:
  const prometheus::Collectable& registry_;
  Mutex mutex_;
  MetricBatch batch_ HOSTPULSE_GUARDED_BY(mutex_);
};

}  // namespace hostpulse
