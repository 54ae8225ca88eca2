// Hardware and software events per CPU, counted by perf_event_open(2).

#include "collectors/perf.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "collectors/perf_profilers.h"
#include "collectors/perf_selection.h"
#include "core/unique_fd.h"

namespace hostpulse::collectors {
namespace {

constexpr FlagSpec Switch(std::string_view name, std::string_view help) {
  return {.name = name, .type = FlagType::kBool, .default_value = "false", .help = help};
}

constexpr FlagSpec List(std::string_view name, std::string_view help) {
  return {.name = name, .help = help, .repeatable = true};
}

constexpr auto kFlags = std::to_array<FlagSpec>({
    {.name = kPerfCpus, .help = "CPUs to watch, such as 0-3,8 or 0-14:2; empty: all."},
    List(kPerfTracepoints, "A tracepoint to count, as subsystem:event."),
    Switch(kPerfNoHardware, "Leave the hardware counters out."),
    List(kPerfHardware, "A hardware counter to report; none: all."),
    Switch(kPerfNoSoftware, "Leave the software counters out."),
    List(kPerfSoftware, "A software counter to report; none: all."),
    Switch(kPerfNoCache, "Leave the cache counters out."),
    List(kPerfCache, "A cache counter to report; none: all."),
});

constexpr MetricDesc kTracepoint = {"node_perf_<subsystem>_<event>", kCounter, "cpu", "",
                                    "Times that the tracepoint subsystem:event was passed."};

constexpr auto kMetrics = [] {
  constexpr std::size_t kSize =
      kHardwareProfilers.size() + kSoftwareProfilers.size() + kCacheProfilers.size() + 1;
  std::array<MetricDesc, kSize> all{};
  auto* next = all.begin();
  const auto append = [&next](std::span<const PerfProfiler> profilers) {
    for (const PerfProfiler& profiler : profilers) *next++ = profiler.metric;
  };
  append(kHardwareProfilers);
  append(kSoftwareProfilers);
  append(kCacheProfilers);
  *next = kTracepoint;
  return all;
}();

struct CpuCounter {
  std::string cpu;
  UniqueFd fd;
};

struct CountedMetric {
  PerfMetric metric;
  std::vector<CpuCounter> counters;
};

// Why nothing of a group could be counted on a CPU.
Status GroupFailure(const PerfGroup& group, int cpu, int error) {
  std::string message = "perf_event_open: no " + group.what + " on CPU " + std::to_string(cpu) +
                        ": " + std::strerror(error);
  if (error == EACCES || error == EPERM) {
    message += "; needs CAP_PERFMON, or kernel.perf_event_paranoid below 1";
    return {ErrorCode::kPermission, std::move(message)};
  }
  if (error == EMFILE) {
    message += "; needs a higher limit of open files, or fewer events";
    return {ErrorCode::kIo, std::move(message)};
  }
  if (!group.flag.empty()) message += "; --" + group.flag + " leaves them out";
  const bool unsupported = error == ENOENT || error == ENODEV || error == EOPNOTSUPP ||
                           error == EINVAL || error == ENOSYS;
  return {unsupported ? ErrorCode::kAbsent : ErrorCode::kIo, std::move(message)};
}

class PerfCollector final : public Collector {
 public:
  PerfCollector(const CollectorContext& context, std::unique_ptr<PerfCounters> counters,
                PerfSelection selection)
      : counters_(std::move(counters)) {
    for (PerfGroup& group : selection.groups) Open(group, selection.cpus, context.log);
    AcceptWhatIsThere(context.log);
    // What was asked for by name and is not there comes first.
    Status opening = std::exchange(failure_, std::move(selection.failure));
    if (!opening.ok()) Fail(std::move(opening));
  }

  // What could not be opened when the collector was made is reported each time.
  Status Collect(MetricBatch& out) override {
    for (const CountedMetric& counted : metrics_) {
      FamilyBuilder& family = out.Family(counted.metric.name, counted.metric.help, kCounter);
      for (const CpuCounter& counter : counted.counters) {
        const auto count = counters_->Read(counter.fd.get());
        if (count) family.Add({{"cpu", counter.cpu}}, static_cast<double>(*count));
      }
    }
    return failure_;
  }

 private:
  // An event that this kind of CPU does not have is left out; a group of which there is nothing on
  // a CPU is a failure.
  void Open(PerfGroup& group, std::span<const int> cpus, Logger& log) {
    const std::size_t first = metrics_.size();
    for (PerfMetric& metric : group.metrics) metrics_.push_back({std::move(metric), {}});
    const std::span<CountedMetric> metrics = std::span(metrics_).subspan(first);
    for (const int cpu : cpus) {
      int error = 0;
      bool any = false;
      for (CountedMetric& counted : metrics) {
        const int opened = counters_->Open(counted.metric.event, cpu);
        if (opened >= 0) {
          counted.counters.push_back({std::to_string(cpu), UniqueFd(opened)});
          any = true;
          continue;
        }
        if (error == 0) error = -opened;
        log.Debug(
            "event left out",
            {{"metric", counted.metric.name}, {"cpu", cpu}, {"reason", std::strerror(-opened)}});
      }
      if (!any) Fail(GroupFailure(group, cpu, error));
    }
  }

  // The first failure is reported, unless it only says that this host has no such events.
  void Fail(Status failure) {
    const bool says_more =
        failure_.code() == ErrorCode::kAbsent && failure.code() != ErrorCode::kAbsent;
    if (failure_.ok() || says_more) failure_ = std::move(failure);
  }

  // Most virtual machines have software events only: no failure, as to node_exporter.
  void AcceptWhatIsThere(Logger& log) {
    const bool any = std::ranges::any_of(
        metrics_, [](const CountedMetric& counted) { return !counted.counters.empty(); });
    if (!any || failure_.code() != ErrorCode::kAbsent) return;
    log.Info("events left out", {{"reason", failure_.message()}});
    failure_ = {};
  }

  const std::unique_ptr<PerfCounters> counters_;
  std::vector<CountedMetric> metrics_;
  Status failure_;
};

Result<std::unique_ptr<Collector>> MakeKernelPerf(const CollectorContext& context) {
  return MakePerf(context, KernelPerfCounters());
}

}  // namespace

Result<std::unique_ptr<Collector>> MakePerf(const CollectorContext& context,
                                            std::unique_ptr<PerfCounters> counters) {
  auto selection = SelectPerfEvents(context);
  if (!selection) return selection.status();
  return std::unique_ptr<Collector>(
      std::make_unique<PerfCollector>(context, std::move(counters), std::move(*selection)));
}

extern constinit const CollectorSpec kPerfCollector = {
    .name = "perf",
    .on_by_default = false,
    .help = "Hardware and software counters of perf_event_open(2).",
    .make = MakeKernelPerf,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
