#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "core/log/logger_registry.h"
#include "core/metrics/metric_batch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/host_tree.h"
#include "tests/support/log_capture.h"

namespace hostpulse {

// One collector on a HostTree, run by hand:
//
//   HostTree host;
//   host.WriteProc("loadavg", "0.21 0.37 0.39 1/719 19737\n");
//   CollectorHarness loadavg("loadavg", host);
//   EXPECT_EQ(loadavg.Run(), "node_load1 0.21\nnode_load15 0.39\nnode_load5 0.37\n");
//
// What it emits is held against its row: a family that the row does not describe, or with another
// type or other labels than described, fails the test.
class CollectorHarness {
 public:
  using Flags = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // Flags are checked as the command line checks them; a repeatable one may be given several times.
  // `host` must outlive it.
  CollectorHarness(std::string_view name, const HostTree& host, Flags flags = {});
  // One that is not in the table.
  CollectorHarness(const collectors::CollectorSpec& spec, const HostTree& host, Flags flags = {});

  // To be called before the first run.
  void KeepDescriptors(int count);              // 512 unless told otherwise.
  void Enable(std::vector<std::string> names);  // CollectorContext::enabled; itself by default.
  void AllowForeignFamilies() { any_family_ = true; }
  // Another factory than the row's, for a collector whose system calls the test plays.
  using Factory = std::function<Result<std::unique_ptr<collectors::Collector>>(
      const collectors::CollectorContext& context)>;
  void MakeWith(Factory factory) { factory_ = std::move(factory); }

  // Runs it once, making it first if it is not there, and gives the samples in text form without
  // HELP and TYPE, sorted as exposed.
  std::string Run();
  // Runs it until it is warm, and says how often one more run allocates memory. Always 0 in a
  // sanitizer build, which cannot count.
  std::uint64_t AllocationsOnceWarm();
  // How the last Run went. Also what its making said, if that failed.
  const Status& status() const { return status_; }
  // The families of the last Run, until the next.
  std::span<const FamilyView> families() const { return batch_.families(); }
  std::size_t duplicates() const { return batch_.duplicates(); }
  // What was logged since the last call, at debug and above.
  std::string Log() { return log_.Take(); }
  FakeClock& clock() { return clock_; }

 private:
  CollectorHarness(const collectors::CollectorSpec* spec, std::string_view name,
                   const HostTree& host, Flags flags);
  bool Make();
  void Collect();
  void CheckAgainstRow() const;

  const collectors::CollectorSpec* spec_;
  const HostTree& host_;
  collectors::FlagValues flags_;
  std::vector<std::string> enabled_;
  Factory factory_;
  FakeClock clock_;
  LogCapture log_;
  LoggerRegistry loggers_;
  std::unique_ptr<kernel::DescriptorBudget> descriptors_;
  std::unique_ptr<collectors::Collector> collector_;
  MetricBatch batch_;
  Status status_;
  bool any_family_ = false;
};

// The default of every flag of every collector, changed by `given`.
collectors::FlagValues FlagsWith(CollectorHarness::Flags given);

// Families as text without HELP and TYPE.
std::string SamplesOf(std::span<const FamilyView> families);

}  // namespace hostpulse
