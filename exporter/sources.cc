#include "exporter/sources.h"

#include <utility>

namespace hostpulse {

Result<std::unique_ptr<Sources>> Sources::Create(const config::Config& config, const Clock& clock,
                                                 LoggerRegistry& loggers) {
  auto set = collectors::CollectorSet::Create(config.collectors, clock, loggers);
  if (!set) return std::move(set).status();
  return std::unique_ptr<Sources>(
      new Sources(!config.web.disable_exporter_metrics, std::move(*set), clock, loggers));
}

// Where two name the same series the first one stays, so that no file of --collector.textfile can
// speak for the program itself.
Sources::Sources(bool with_exporter_metrics, std::unique_ptr<collectors::CollectorSet> set,
                 const Clock& clock, LoggerRegistry& loggers)
    : collectors_(std::move(set)),
      self_(clock, [this] { return collectors_.duplicates() + all_.clashes(); }),
      levels_(loggers),
      counters_(registry_),
      http_counters_(http_registry_),
      all_(with_exporter_metrics ? MergedSource{&self_, &levels_, &counters_, &http_counters_,
                                                &process_, &collectors_}
                                 : MergedSource{&self_, &levels_, &counters_, &collectors_}) {}

}  // namespace hostpulse
