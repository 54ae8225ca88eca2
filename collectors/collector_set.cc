#include "collectors/collector_set.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <utility>

#include "collectors/blocking_pool.h"
#include "collectors/collector_run.h"
#include "core/metrics/family_merge.h"
#include "core/mutex.h"

namespace hostpulse::collectors {
namespace {

constexpr MetricDesc kDuration = {"node_scrape_collector_duration_seconds", kGauge, "collector",
                                  "seconds", "How long the collector took."};
constexpr MetricDesc kSuccess = {"node_scrape_collector_success", kGauge, "collector", "bool",
                                 "1 where the collector worked, 0 where it failed, was late, or "
                                 "found nothing of its kind on this host."};

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

struct CollectorSet::Impl {
  // A collector and its part in the collection that goes on.
  struct Member {
    std::shared_ptr<CollectorRun> run;
    bool selected = false;
    bool started = false;  // On the pool.
  };

  Impl(const Clock& the_clock, const CollectorSetOptions& options)
      : clock(the_clock), table(options.table), block_timeout(options.block_timeout) {}

  void Add(std::shared_ptr<CollectorRun> run);

  Status Select(const GatherFilter& filter) HOSTPULSE_REQUIRES(gathering);
  Status SelectOnly(const std::vector<std::string>& names) HOSTPULSE_REQUIRES(gathering);
  void SelectAllBut(const std::vector<std::string>& names) HOSTPULSE_REQUIRES(gathering);

  void StartBlocking() HOSTPULSE_REQUIRES(gathering);
  void RunQuick(std::optional<MonotonicTime> deadline) HOSTPULSE_REQUIRES(gathering);
  void AwaitBlocking(MonotonicTime start, std::optional<MonotonicTime> deadline)
      HOSTPULSE_REQUIRES(gathering);
  std::span<const FamilyView> Merge() HOSTPULSE_REQUIRES(gathering);
  void Report() HOSTPULSE_REQUIRES(gathering) HOSTPULSE_EXCLUDES(reporting);

  const Clock& clock;
  const std::span<const CollectorSpec* const> table;
  const std::chrono::nanoseconds block_timeout;
  std::atomic<std::uint64_t> duplicates{0};

  Mutex gathering;
  std::vector<Member> members HOSTPULSE_GUARDED_BY(gathering);  // Sorted by name.
  MetricBatch own HOSTPULSE_GUARDED_BY(gathering);              // node_scrape_collector_*.
  FamilyMerger merger HOSTPULSE_GUARDED_BY(gathering);
  // Below the members: it waits for those that still run, and they go after that.
  BlockingPool pool HOSTPULSE_GUARDED_BY(gathering);

  Mutex reporting;  // Apart, so that the status page does not wait for a collection.
  std::vector<CollectorReport> reports HOSTPULSE_GUARDED_BY(reporting);
};

void CollectorSet::Impl::Add(std::shared_ptr<CollectorRun> run) {
  CollectorReport report;
  report.name = run->spec().name;
  MutexLock gather_lock(gathering);
  members.push_back({std::move(run)});
  MutexLock report_lock(reporting);
  reports.push_back(std::move(report));
}

Status CollectorSet::Impl::SelectOnly(const std::vector<std::string>& names) {
  for (Member& member : members) member.selected = false;
  for (const std::string& name : names) {
    const auto found = std::find_if(members.begin(), members.end(), [&](const Member& member) {
      return member.run->spec().name == name;
    });
    if (found == members.end()) {
      const char* const what = FindCollector(name, table) == nullptr ? "missing" : "disabled";
      return {ErrorCode::kInvalid, std::string(what) + " collector: " + name};
    }
    found->selected = true;
  }
  return {};
}

void CollectorSet::Impl::SelectAllBut(const std::vector<std::string>& names) {
  bool any = false;
  for (Member& member : members) {
    member.selected = !Contains(names, member.run->spec().name);
    any = any || member.selected;
  }
  // As node_exporter has it: a filter that leaves nothing filters nothing.
  for (Member& member : members) member.selected = member.selected || !any;
}

Status CollectorSet::Impl::Select(const GatherFilter& filter) {
  if (!filter.collect.empty()) return SelectOnly(filter.collect);
  SelectAllBut(filter.exclude);
  return {};
}

void CollectorSet::Impl::StartBlocking() {
  for (Member& member : members) {
    const bool blocking = member.selected && member.run->may_block();
    member.started = blocking && pool.Start(member.run);
    if (blocking && !member.started) member.run->Miss("still hanging in an earlier run", {});
  }
}

void CollectorSet::Impl::RunQuick(std::optional<MonotonicTime> deadline) {
  for (Member& member : members) {
    if (!member.selected || member.run->may_block()) continue;
    if (deadline && clock.Monotonic() >= *deadline) {
      member.run->Miss("the time of this collection was over before its turn", {});
      continue;
    }
    member.run->Run();
    member.run->Accept();
  }
}

void CollectorSet::Impl::AwaitBlocking(MonotonicTime start, std::optional<MonotonicTime> deadline) {
  const auto is_started = [](const Member& member) { return member.started; };
  if (std::none_of(members.begin(), members.end(), is_started)) return;

  MonotonicTime end = start + block_timeout;
  if (deadline) end = std::min(end, *deadline);
  pool.Wait(std::max<std::chrono::nanoseconds>(end - clock.Monotonic(), {}));
  for (Member& member : members) {
    if (!member.started) continue;
    if (pool.Finish(*member.run)) {
      member.run->Accept();
    } else {
      member.run->Miss("no result in time", clock.Monotonic() - start);
    }
  }
}

std::span<const FamilyView> CollectorSet::Impl::Merge() {
  merger.Begin();
  own.Begin();
  FamilyBuilder& durations = own.Family(kDuration);
  FamilyBuilder& successes = own.Family(kSuccess);
  std::size_t dropped = 0;
  for (const Member& member : members) {
    if (!member.selected) continue;
    const CollectorRun& run = *member.run;
    merger.Add(run.families());
    dropped += run.duplicates();
    durations.Add({{"collector", run.spec().name}}, ToSeconds(run.outcome().duration));
    successes.Add({{"collector", run.spec().name}}, run.outcome().status.ok() ? 1 : 0);
  }
  own.Finish();
  merger.Add(own.families());
  const auto families = merger.Finish();
  duplicates.fetch_add(dropped + merger.duplicates() + merger.type_clashes(),
                       std::memory_order_relaxed);
  return families;
}

void CollectorSet::Impl::Report() {
  MutexLock lock(reporting);
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!members[i].selected) continue;
    CollectorRun& run = *members[i].run;
    run.LogOutcome();
    reports[i].ran = true;
    reports[i].status = run.outcome().status;
    reports[i].duration = run.outcome().duration;
  }
}

CollectorSet::CollectorSet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CollectorSet::~CollectorSet() = default;

Result<std::unique_ptr<CollectorSet>> CollectorSet::Create(CollectorSetOptions options,
                                                           const Clock& clock,
                                                           LoggerRegistry& loggers) {
  std::sort(options.enabled.begin(), options.enabled.end());
  options.enabled.erase(std::unique(options.enabled.begin(), options.enabled.end()),
                        options.enabled.end());
  const auto ground = std::make_shared<CollectorGround>(
      std::move(options.paths), std::move(options.flags), std::move(options.enabled),
      options.kept_descriptors, std::move(options.netstat_text));
  auto impl = std::make_unique<Impl>(clock, options);
  std::string errors;
  for (const std::string& name : ground->enabled) {
    const CollectorSpec* const spec = FindCollector(name, options.table);
    if (spec == nullptr) {
      errors.append(errors.empty() ? "" : "\n").append("missing collector: ").append(name);
      continue;
    }
    Logger& log = loggers.Get("collector." + name);
    auto collector = spec->make({ground->paths, ground->flags, ground->descriptors, clock, log,
                                 ground->enabled, ground->netstat_text.get()});
    if (!collector) {
      errors.append(errors.empty() ? "" : "\n").append(collector.status().message());
      continue;
    }
    impl->Add(
        std::make_shared<CollectorRun>(*spec, ground, std::move(collector).value(), clock, log));
  }
  if (!errors.empty()) return {ErrorCode::kInvalid, std::move(errors)};
  return std::unique_ptr<CollectorSet>(new CollectorSet(std::move(impl)));
}

Status CollectorSet::Gather(const GatherFilter& filter, FamilyVisitor visit) {
  Impl& impl = *impl_;
  MutexLock lock(impl.gathering);
  if (Status status = impl.Select(filter); !status) return status;
  const MonotonicTime start = impl.clock.Monotonic();
  impl.StartBlocking();
  impl.RunQuick(filter.deadline);
  impl.AwaitBlocking(start, filter.deadline);
  impl.Report();
  visit(impl.Merge());
  return {};
}

std::vector<CollectorReport> CollectorSet::Reports() const {
  MutexLock lock(impl_->reporting);
  return impl_->reports;
}

std::uint64_t CollectorSet::duplicates() const {
  return impl_->duplicates.load(std::memory_order_relaxed);
}

}  // namespace hostpulse::collectors
