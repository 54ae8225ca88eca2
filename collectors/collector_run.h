#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/blocking_pool.h"
#include "collectors/collector.h"
#include "core/clock.h"
#include "core/log/logger.h"
#include "core/metrics/metric_batch.h"

namespace hostpulse::collectors {

// What the collectors of a set have in common, kept by each of them: one that hangs for good
// outlives its set.
struct CollectorGround {
  CollectorGround(HostPaths the_paths, FlagValues the_flags, std::vector<std::string> names,
                  int kept_descriptors, std::shared_ptr<RecentText> the_netstat_text = nullptr)
      : paths(std::move(the_paths)),
        flags(std::move(the_flags)),
        enabled(std::move(names)),
        descriptors(kept_descriptors),
        netstat_text(paths.procfs == "/proc" ? std::move(the_netstat_text) : nullptr) {}

  HostPaths paths;
  FlagValues flags;
  std::vector<std::string> enabled;
  kernel::DescriptorBudget descriptors;
  std::shared_ptr<RecentText> netstat_text;  // Null for the /proc of another host.
};

// How a run went.
struct CollectorOutcome {
  Status status;
  std::chrono::nanoseconds duration{};
};

// One collector of a set. Run may be on a thread of the pool; all else is for the set's thread, and
// never touches what a Run that was given up may still write.
class CollectorRun final : public BlockingPool::Task {
 public:
  CollectorRun(const CollectorSpec& spec, std::shared_ptr<CollectorGround> ground,
               std::unique_ptr<Collector> collector, const Clock& clock, Logger& log);

  // Collects into the batch. An exception is a failure of this collector.
  void Run() override;

  // Ends a collection: with what Run did, or without it and why.
  void Accept();
  void Miss(std::string_view why, std::chrono::nanoseconds waited);

  // Writes down how the collection went where that is news: a failure until another takes its
  // place, then one line when it is over. What is not on this host is a matter of the debug level.
  void LogOutcome();

  const CollectorSpec& spec() const { return spec_; }
  // Whether the next Run belongs on the pool.
  bool may_block() const { return may_block_; }
  const CollectorOutcome& outcome() const { return outcome_; }
  std::span<const FamilyView> families() const;  // Of the last collection, until the next Run.
  std::size_t duplicates() const { return missed_ ? 0 : batch_.duplicates(); }

 private:
  Status Collect();

  const CollectorSpec& spec_;
  // Above the collector, so that it goes after it.
  std::shared_ptr<CollectorGround> ground_;
  std::unique_ptr<Collector> collector_;
  const Clock& clock_;
  Logger& log_;

  MetricBatch batch_;
  CollectorOutcome result_;  // Of Run.

  CollectorOutcome outcome_;  // Of the collection.
  bool missed_ = true;
  bool may_block_;
  Status logged_;  // The failure that was written down last and is not over.
};

}  // namespace hostpulse::collectors
