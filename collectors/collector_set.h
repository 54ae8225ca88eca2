#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "core/clock.h"
#include "core/log/logger_registry.h"
#include "core/metrics/metric_source.h"
#include "core/result.h"

namespace hostpulse::collectors {

struct CollectorSetOptions {
  HostPaths paths;
  FlagValues flags;
  std::vector<std::string> enabled;  // Names from the table, each with a factory.
  // How long a collection waits for a collector that may block, unless its filter says less.
  std::chrono::nanoseconds block_timeout = std::chrono::seconds(1);
  int kept_descriptors = 512;
  // What the program itself reads of /proc/self/net/netstat; only used where procfs is /proc.
  std::shared_ptr<RecentText> netstat_text{};
  // Where the names are looked up: a test brings collectors of its own. Sorted by name.
  std::span<const CollectorSpec* const> table = CollectorTable();
};

// How a collector fared in its last run, for the status page.
struct CollectorReport {
  std::string name;
  bool ran = false;
  Status status;
  std::chrono::nanoseconds duration{};
};

// The enabled collectors as one source of metrics. A Gather runs the quick ones one after another
// on the caller's thread while those that may block run on one worker; it takes what is there by
// the deadline, and reports node_scrape_collector_{duration_seconds,success} for each. A collector
// that hangs is not started again until it returns, its late result is thrown away, and nobody
// waits for it a second time. Thread safe: Gathers take turns.
class CollectorSet final : public MetricSource {
 public:
  // Errors: kInvalid, one line per collector that could not be made, naming its flag.
  static Result<std::unique_ptr<CollectorSet>> Create(CollectorSetOptions options,
                                                      const Clock& clock, LoggerRegistry& loggers);
  // Waits for the worker a moment; a collector that hangs for good is left behind with its thread,
  // and with all of this set that it needs. It may still use the clock and its logger when it
  // returns: a process whose Reports ever said kTimeout ends with _exit.
  ~CollectorSet() override;

  // Errors: kInvalid "missing collector: X" or "disabled collector: X" for names in filter.collect.
  Status Gather(const GatherFilter& filter, FamilyVisitor visit) override;

  std::vector<CollectorReport> Reports() const;

  // Samples dropped because their label set was already there, since start.
  std::uint64_t duplicates() const;

 private:
  struct Impl;
  explicit CollectorSet(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hostpulse::collectors
