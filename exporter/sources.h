#pragma once

#include <prometheus/registry.h>

#include <memory>

#include "core/clock.h"
#include "core/log/logger_registry.h"
#include "core/metrics/merged_source.h"
#include "core/metrics/process_source.h"
#include "core/metrics/registry_source.h"
#include "core/metrics/shared_source.h"
#include "exporter/config/config.h"
#include "exporter/http/logger_level_source.h"
#include "exporter/reloadable_collectors.h"
#include "exporter/self_metrics.h"

namespace hostpulse {

// Everything that metrics come from, and the one source that a scrape, a push and `once` see.
// Thread safe once made; the clock and the loggers outlive it.
class Sources {
 public:
  // Errors: kInvalid, one line per collector that could not be made.
  static Result<std::unique_ptr<Sources>> Create(const config::Config& config, const Clock& clock,
                                                 LoggerRegistry& loggers);

  // Another set in the place of the one in force. Errors: as Create.
  Result<std::unique_ptr<collectors::CollectorSet>> MakeCollectors(
      collectors::CollectorSetOptions options, const Clock& clock, LoggerRegistry& loggers) const;

  MetricSource& all() { return all_; }
  // The same for those who may come together and share a collection.
  MetricSource& shared() { return shared_; }
  ReloadableCollectors& collectors() { return collectors_; }
  const ReloadableCollectors& collectors() const { return collectors_; }
  SelfMetrics& self() { return self_; }
  // Where the parts of the program count what they do.
  prometheus::Registry& registry() { return registry_; }
  // Of the HTTP side alone (promhttp_*): exposed unless --web.disable-exporter-metrics says no.
  prometheus::Registry& http_registry() { return http_registry_; }

 private:
  Sources(const Clock& clock, LoggerRegistry& loggers,
          std::unique_ptr<collectors::CollectorSet> set, std::shared_ptr<RecentText> netstat,
          const config::Config& config);

  ReloadableCollectors collectors_;
  SelfMetrics self_;
  http::LoggerLevelSource levels_;
  prometheus::Registry registry_;
  RegistrySource counters_;
  prometheus::Registry http_registry_;
  RegistrySource http_counters_;
  const std::shared_ptr<RecentText> netstat_;
  ProcessSource process_;
  MergedSource all_;
  SharedSource shared_;
};

}  // namespace hostpulse
