#pragma once

#include "core/log/logger_registry.h"
#include "core/metrics/metric_batch.h"
#include "core/metrics/metric_source.h"
#include "core/mutex.h"

namespace hostpulse::http {

// hostpulse_logger_level{logger}: 0 (OFF) to 5 (TRACE) of every logger that has a level of its own,
// so that a forgotten DEBUG can be alerted on. Filters name collectors, so they do not touch it.
class LoggerLevelSource final : public MetricSource {
 public:
  explicit LoggerLevelSource(LoggerRegistry& registry) : registry_(registry) {}

  Status Gather(const GatherFilter& filter, FamilyVisitor visit) override;

 private:
  LoggerRegistry& registry_;
  Mutex mutex_;
  MetricBatch batch_ HOSTPULSE_GUARDED_BY(mutex_);
};

}  // namespace hostpulse::http
