// Processes and threads by state, from /proc/PID/stat and /proc/PID/task/TID/stat.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"
#include "collectors/task_census.h"

namespace hostpulse::collectors {
namespace {

constexpr MetricDesc kPids = {"node_processes_pids", kGauge, "", "processes",
                              "Processes that there are."};
constexpr MetricDesc kMaxProcesses = {"node_processes_max_processes", kGauge, "", "processes",
                                      "Number at which the process identifiers start again."};
constexpr MetricDesc kThreads = {"node_processes_threads", kGauge, "", "threads",
                                 "Threads of all processes."};
constexpr MetricDesc kMaxThreads = {"node_processes_max_threads", kGauge, "", "threads",
                                    "Threads that the kernel would allow at most."};
constexpr MetricDesc kProcessStates = {"node_processes_state", kGauge, "state", "processes",
                                       "Processes by the state of their first thread."};
constexpr MetricDesc kThreadStates = {"node_processes_threads_state", kGauge, "thread_state",
                                      "threads", "Threads by state."};
constexpr std::array<MetricDesc, 6> kMetrics = {kPids,       kMaxProcesses,  kThreads,
                                                kMaxThreads, kProcessStates, kThreadStates};

void AddStates(const StateCounts& counts, std::string_view label, FamilyBuilder& family) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const char letter = static_cast<char>(i);
    if (counts[i] == 0) continue;
    family.Add({{label, std::string_view(&letter, 1)}}, static_cast<double>(counts[i]));
  }
}

class ProcessesCollector final : public Collector {
 public:
  explicit ProcessesCollector(const CollectorContext& context)
      : census_(context.paths.procfs),
        max_processes_(context.paths.Proc("sys/kernel/pid_max"), context.descriptors,
                       kernel::FileKind::kAttribute),
        max_threads_(context.paths.Proc("sys/kernel/threads-max"), context.descriptors,
                     kernel::FileKind::kAttribute) {}

  Status Collect(MetricBatch& out) override {
    if (Status status = census_.Take(); !status) return status;
    out.Family(kPids).Add(static_cast<double>(census_.processes()));
    out.Family(kThreads).Add(static_cast<double>(census_.threads()));
    AddStates(census_.process_states(), kProcessStates.labels, out.Family(kProcessStates));
    AddStates(census_.thread_states(), kThreadStates.labels, out.Family(kThreadStates));
    if (Status status = AddLimit(max_threads_, kMaxThreads, out); !status) return status;
    return AddLimit(max_processes_, kMaxProcesses, out);
  }

 private:
  static Status AddLimit(kernel::KernelFile& file, const MetricDesc& desc, MetricBatch& out) {
    const auto text = file.ReadTrimmed();
    if (!text) return text.status();
    const auto limit = kernel::ParseNumber<std::uint64_t>(*text);
    if (!limit) return kernel::ParseError(file.path(), "number", *text);
    out.Family(desc).Add(static_cast<double>(*limit));
    return {};
  }

  TaskCensus census_;
  kernel::KernelFile max_processes_;
  kernel::KernelFile max_threads_;
};

Result<std::unique_ptr<Collector>> MakeProcesses(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<ProcessesCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kProcessesCollector = {
    .name = "processes",
    .on_by_default = false,
    .help = "Processes and threads by state (/proc/PID/stat).",
    .make = MakeProcesses,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
