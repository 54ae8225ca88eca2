#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <vector>

#include "core/metrics/metric_source.h"

namespace hostpulse {

// A source as prometheus-cpp's own Exposer, Gateway or TextSerializer want it: a copy of everything
// that an unfiltered Gather sees, and nothing where it fails. Thread safe as the source is.
class CollectableAdapter final : public prometheus::Collectable {
 public:
  // The source outlives it.
  explicit CollectableAdapter(MetricSource& source) : source_(source) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  MetricSource& source_;
};

}  // namespace hostpulse
