#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/perf_counters.h"
#include "core/result.h"

namespace hostpulse::collectors {

// A counter as it will be exposed.
struct PerfMetric {
  std::string name;
  std::string help;
  PerfEvent event;
};

// What is selected together: the group fails where none of its events can be counted on a CPU.
struct PerfGroup {
  std::string what;  // "hardware events", as an error says it.
  std::string flag;  // That leaves it out; empty without one.
  std::vector<PerfMetric> metrics;
};

struct PerfSelection {
  std::vector<int> cpus;
  std::vector<PerfGroup> groups;
  Status failure;  // Of what is not there: a tracepoint, the list of online CPUs.
};

inline constexpr std::string_view kPerfCpus = "collector.perf.cpus";
inline constexpr std::string_view kPerfTracepoints = "collector.perf.tracepoint";
inline constexpr std::string_view kPerfNoHardware = "collector.perf.disable-hardware-profilers";
inline constexpr std::string_view kPerfHardware = "collector.perf.hardware-profilers";
inline constexpr std::string_view kPerfNoSoftware = "collector.perf.disable-software-profilers";
inline constexpr std::string_view kPerfSoftware = "collector.perf.software-profilers";
inline constexpr std::string_view kPerfNoCache = "collector.perf.disable-cache-profilers";
inline constexpr std::string_view kPerfCache = "collector.perf.cache-profilers";

// What the flags ask for. Numbers of tracepoints are those of tracefs, mounted below sysfs or below
// debugfs. Errors: kInvalid for a list of CPUs or a tracepoint that is none, naming the flag.
Result<PerfSelection> SelectPerfEvents(const CollectorContext& context);

}  // namespace hostpulse::collectors
