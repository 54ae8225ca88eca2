#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "collectors/flag_spec.h"
#include "collectors/host_paths.h"
#include "collectors/kernel/kernel_file.h"
#include "core/clock.h"
#include "core/log/logger.h"
#include "core/metrics/metric_batch.h"
#include "core/metrics/metric_desc.h"
#include "core/recent_text.h"
#include "core/result.h"

namespace hostpulse::collectors {

// Reads one part of the host. Made once, run once a collection, by one thread at a time (not always
// the same one where its spec says kMayBlock).
class Collector {
 public:
  virtual ~Collector() = default;

  // Adds this moment's samples to `out`, which has been begun and will be finished by the caller.
  // On an error what was already added is still exposed, as node_exporter does; a collector that
  // must not expose half a state calls out.Clear() first.
  // Errors: kAbsent where the host has nothing of the kind (logged at debug), the rest is logged as
  // an error once until it changes; all of them are reported as node_scrape_collector_success 0.
  virtual Status Collect(MetricBatch& out) = 0;

  // Asked between collections where the spec says may_block: whether the next one may in fact wait
  // for something slower than the kernel's memory. Where it will not, it is spared the worker.
  virtual bool MayBlock() const { return true; }
};

// What a collector is made with. All references outlive it.
struct CollectorContext {
  const HostPaths& paths;
  const FlagValues& flags;
  kernel::DescriptorBudget& descriptors;
  const Clock& clock;
  Logger& log;                                // "collector.NAME"
  std::span<const std::string> enabled = {};  // The collectors of this set, by name.
  // Of net/netstat below paths.procfs, where another part of the program reads it, too; or null.
  const RecentText* netstat_text = nullptr;

  bool Enabled(std::string_view collector) const {
    return std::find(enabled.begin(), enabled.end(), collector) != enabled.end();
  }
};

using CollectorFactory = Result<std::unique_ptr<Collector>> (*)(const CollectorContext& context);

// A collector as the table knows it: everything that flags, help, describe and /loggers say of it.
struct CollectorSpec {
  std::string_view name;
  bool on_by_default = true;
  bool may_block =
      false;  // Runs on the worker for what may hang: statfs, slow sensors, D-Bus, NFS.
  std::string_view help{};
  CollectorFactory make = nullptr;  // Null: its flags are accepted, the collector is not there yet.
  std::span<const FlagSpec> flags{};
  std::span<const MetricDesc> metrics{};
};

// Every collector, sorted by name. To add one: its file, its test, a row in collector_table.cc and
// a line in CMakeLists.txt.
std::span<const CollectorSpec* const> CollectorTable();

// The row of this name, or null. `table` is sorted by name.
const CollectorSpec* FindCollector(std::string_view name,
                                   std::span<const CollectorSpec* const> table = CollectorTable());

}  // namespace hostpulse::collectors
