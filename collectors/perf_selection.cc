#include "collectors/perf_selection.h"

#include <linux/perf_event.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "collectors/cpu_list.h"
#include "collectors/kernel/scanner.h"
#include "collectors/perf_profilers.h"
#include "core/quoted.h"

namespace hostpulse::collectors {
namespace {

// The part of `text` before `separator`, which is taken off together with it.
std::string_view TakeUntil(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return part;
}

// "4", "0-3" or "1-10:5", which stands for 1 and 6.
bool AddCpuRange(std::string_view range, std::vector<int>& cpus) {
  using Number = std::optional<std::uint16_t>;
  std::string_view stride_text = range;
  std::string_view last_text = TakeUntil(stride_text, ':');
  const bool has_stride = range.find(':') != range.npos;
  const bool has_last = last_text.find('-') != last_text.npos;
  const Number first = kernel::ParseNumber<std::uint16_t>(TakeUntil(last_text, '-'));
  const Number last = has_last ? kernel::ParseNumber<std::uint16_t>(last_text) : first;
  const Number stride =
      has_stride ? kernel::ParseNumber<std::uint16_t>(stride_text) : Number(std::uint16_t{1});
  if (!first || !last || !stride || *stride == 0 || (has_stride && !has_last)) return false;
  for (int cpu = *first; cpu <= *last; cpu += *stride) cpus.push_back(cpu);
  return true;
}

Result<std::vector<int>> CpusOfFlag(std::string_view flag) {
  std::vector<int> cpus;
  std::string_view rest = flag;
  while (true) {
    if (!AddCpuRange(TakeUntil(rest, ','), cpus)) {
      return {ErrorCode::kInvalid, "--" + std::string(kPerfCpus) + ": " + Quoted(flag) +
                                       " is no list of CPUs such as 0-3,8 or 0-14:2"};
    }
    if (rest.empty()) break;
  }
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus;
}

Result<std::vector<int>> OnlineCpus(const CollectorContext& context) {
  kernel::KernelFile file(context.paths.Sys("devices/system/cpu/online"), context.descriptors,
                          kernel::FileKind::kAttribute);
  const auto text = file.Read();
  if (!text) return text.status();
  std::vector<int> cpus;
  if (!ForEachCpu(*text, [&cpus](int cpu) { cpus.push_back(cpu); })) {
    return kernel::ParseError(file.path(), "list of CPUs", *text);
  }
  return cpus;
}

// Those of the names that the flag lists, all without any. Unknown names are passed over, as
// node_exporter does, but not in silence.
PerfGroup SelectProfilers(std::span<const PerfProfiler> all, const std::vector<std::string>& names,
                          std::string_view flag, Logger& log) {
  PerfGroup group;
  const auto is_wanted = [&names](const PerfProfiler& profiler) {
    return names.empty() || std::find(names.begin(), names.end(), profiler.name) != names.end();
  };
  for (const PerfProfiler& profiler : all) {
    if (!is_wanted(profiler)) continue;
    group.metrics.push_back(
        {std::string(profiler.metric.name), std::string(profiler.metric.help), profiler.event});
  }
  for (const std::string& name : names) {
    const bool known = std::any_of(all.begin(), all.end(), [&name](const PerfProfiler& profiler) {
      return profiler.name == name;
    });
    if (!known) log.Warn("no such profiler", {{"flag", flag}, {"name", name}});
  }
  return group;
}

void AddProfilers(const CollectorContext& context, std::string_view what, std::string_view disable,
                  std::string_view names, std::span<const PerfProfiler> all,
                  PerfSelection& selection) {
  if (context.flags.Bool(disable)) return;
  PerfGroup group = SelectProfilers(all, context.flags.Strings(names), names, context.log);
  group.what = what;
  group.flag = disable;
  if (!group.metrics.empty()) selection.groups.push_back(std::move(group));
}

bool IsNamePart(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  });
}

Result<std::uint64_t> TracepointId(std::string_view subsystem, std::string_view event,
                                   const CollectorContext& context) {
  Status failure;
  for (const std::string_view mount : {"kernel/tracing", "kernel/debug/tracing"}) {
    std::string path(mount);
    path.append("/events/").append(subsystem).append("/").append(event).append("/id");
    kernel::KernelFile file(context.paths.Sys(path), context.descriptors);
    const auto text = file.ReadTrimmed();
    if (text) {
      if (const auto id = kernel::ParseNumber<std::uint64_t>(*text)) return *id;
      return kernel::ParseError(file.path(), "id", *text);
    }
    if (failure.ok() || failure.code() == ErrorCode::kAbsent) failure = text.status();
  }
  return failure;
}

Status AddTracepoints(const CollectorContext& context, PerfSelection& selection) {
  PerfGroup group;
  group.what = "tracepoints";
  for (const std::string& tracepoint : context.flags.Strings(kPerfTracepoints)) {
    std::string_view event = tracepoint;
    const std::string_view subsystem = TakeUntil(event, ':');
    if (!IsNamePart(subsystem) || !IsNamePart(event)) {
      return {ErrorCode::kInvalid, "--" + std::string(kPerfTracepoints) + ": " +
                                       Quoted(tracepoint) + " is not subsystem:event"};
    }
    const auto id = TracepointId(subsystem, event, context);
    if (!id) {
      if (selection.failure.ok()) selection.failure = id.status();
      continue;
    }
    std::string name = "node_perf_";
    name.append(subsystem).append("_").append(event);
    group.metrics.push_back(
        {std::move(name), "Perf tracepoint " + tracepoint, {PERF_TYPE_TRACEPOINT, *id}});
  }
  if (!group.metrics.empty()) selection.groups.push_back(std::move(group));
  return {};
}

}  // namespace

Result<PerfSelection> SelectPerfEvents(const CollectorContext& context) {
  PerfSelection selection;
  const std::string& cpus_flag = context.flags.String(kPerfCpus);
  auto cpus = cpus_flag.empty() ? OnlineCpus(context) : CpusOfFlag(cpus_flag);
  if (!cpus && !cpus_flag.empty()) return cpus.status();
  if (cpus) {
    selection.cpus = std::move(*cpus);
  } else {
    selection.failure = cpus.status();
  }
  AddProfilers(context, "hardware events", kPerfNoHardware, kPerfHardware, kHardwareProfilers,
               selection);
  AddProfilers(context, "software events", kPerfNoSoftware, kPerfSoftware, kSoftwareProfilers,
               selection);
  AddProfilers(context, "cache events", kPerfNoCache, kPerfCache, kCacheProfilers, selection);
  if (Status status = AddTracepoints(context, selection); !status) return status;
  return selection;
}

}  // namespace hostpulse::collectors
