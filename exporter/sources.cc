#include "exporter/sources.h"

#include <utility>

namespace hostpulse {
namespace {

Result<std::unique_ptr<collectors::CollectorSet>> MakeSet(collectors::CollectorSetOptions options,
                                                          std::shared_ptr<RecentText> netstat,
                                                          const Clock& clock,
                                                          LoggerRegistry& loggers) {
  options.netstat_text = std::move(netstat);
  return collectors::CollectorSet::Create(std::move(options), clock, loggers);
}

}  // namespace

Result<std::unique_ptr<Sources>> Sources::Create(const config::Config& config, const Clock& clock,
                                                 LoggerRegistry& loggers) {
  auto netstat = std::make_shared<RecentText>();
  auto set = MakeSet(config.collectors, netstat, clock, loggers);
  if (!set) return std::move(set).status();
  return std::unique_ptr<Sources>(
      new Sources(clock, loggers, std::move(*set), std::move(netstat), config));
}

Result<std::unique_ptr<collectors::CollectorSet>> Sources::MakeCollectors(
    collectors::CollectorSetOptions options, const Clock& clock, LoggerRegistry& loggers) const {
  return MakeSet(std::move(options), netstat_, clock, loggers);
}

// Where two name the same series the first one stays, so that no file of --collector.textfile can
// speak for the program itself.
Sources::Sources(const Clock& clock, LoggerRegistry& loggers,
                 std::unique_ptr<collectors::CollectorSet> set, std::shared_ptr<RecentText> netstat,
                 const config::Config& config)
    : collectors_(std::move(set)),
      self_(clock, [this] { return collectors_.duplicates() + all_.clashes(); }),
      levels_(loggers),
      counters_(registry_),
      http_counters_(http_registry_),
      netstat_(std::move(netstat)),
      process_("/proc", netstat_),
      all_(config.web.disable_exporter_metrics
               ? MergedSource{&self_, &levels_, &counters_, &collectors_}
               : MergedSource{&self_, &levels_, &counters_, &http_counters_, &process_,
                              &collectors_}),
      shared_(all_, config.collectors.block_timeout, clock) {}

}  // namespace hostpulse
