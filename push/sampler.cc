#include "push/sampler.h"

#include <unistd.h>

#include <array>
#include <exception>
#include <utility>

#include "core/duration.h"
#include "push/heartbeat.h"

namespace hostpulse::push {
namespace {

// How a collector that failed shows in what it was asked for.
constexpr std::string_view kCollectorSuccess = "node_scrape_collector_success";

// The heartbeat: a family that no source has.
constexpr FamilyView kUp = {kHeartbeatName, kHeartbeatHelp, prometheus::MetricType::Gauge, {}};

std::string HostName() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

StartTimes StartsNow(const Clock& clock) {
  const WallTime now = clock.Now();
  return {ToUnixMillis(now - clock.SinceBoot()), ToUnixMillis(now)};
}

}  // namespace

LabelSet AddedLabels(const SamplerOptions& options) {
  LabelSet labels = {{"job", options.job},
                     {"instance", options.instance.empty() ? HostName() : options.instance}};
  for (const auto& [name, value] : options.external_labels) labels.push_back({name, value});
  NormaliseLabels(labels);
  return labels;
}

Sampler::Sampler(SamplerOptions options, MetricSource& source, Queue& queue, const Clock& clock,
                 Logger& log, std::function<void(const SamplerStats&)> after_tick)
    : source_(source),
      queue_(queue),
      clock_(clock),
      log_(log),
      after_tick_(std::move(after_tick)),
      options_(std::move(options)),
      table_(AddedLabels(options_), StartsNow(clock)),
      schedule_(options_.interval, PhaseOf(AddedLabels(options_), options_.interval)) {
  table_.Resume(queue.Living(), queue.NextId());
}

Sampler::~Sampler() {
  Stop();
}

void Sampler::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void Sampler::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  MutexLock lock(mutex_);
  if (early_.empty()) return;
  log_.Warn("stopped with collections that waited for the clock", {{"collections", early_.size()}});
}

void Sampler::Reconfigure(SamplerOptions options) {
  {
    MutexLock lock(mutex_);
    if (AddedLabels(options) != AddedLabels(options_)) {
      EndAllSeries();
      table_.SetLabels(AddedLabels(options));
    }
    schedule_.Set(options.interval, PhaseOf(AddedLabels(options), options.interval));
    options_ = std::move(options);
    reconfigured_ = true;
  }
  wake_.notify_all();
}

SamplerStats Sampler::Stats() const {
  MutexLock lock(stats_mutex_);
  return stats_;
}

void Sampler::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      MutexLock lock(mutex_);
      reconfigured_ = false;
      const MonotonicTime now = clock_.Monotonic();
      const MonotonicTime deadline = schedule_.Next(clock_.Now(), now);
      if (wake_.wait_for(lock, stop, deadline - now,
                         [this]() HOSTPULSE_REQUIRES(mutex_) { return reconfigured_; })) {
        continue;
      }
      if (stop.stop_requested()) return;
      schedule_.Fire();
    }
    Collect();
  }
}

void Sampler::Collect() {
  try {
    MutexLock lock(mutex_);
    const MonotonicTime start = clock_.Monotonic();
    ReleaseEarly();
    table_.Begin(schedule_.Stamp(clock_.Now()));
    Gather();
    table_.Finish(patient_);
    Append();
    NoteClock();
    NoteStats(clock_.Monotonic() - start);
  } catch (const std::exception& error) {
    log_.Error("a collection for push failed", {{"error", error.what()}});
  }
  if (after_tick_) after_tick_(Stats());
}

void Sampler::Gather() {
  SampleView heartbeat;
  heartbeat.family = kUp.name;
  heartbeat.value = 1;
  table_.Update(kUp, heartbeat);
  patient_ = false;
  // The visit is inside this call, and so under the lock, which the analysis cannot see.
  const Status status = source_.Gather(
      {}, [this](std::span<const FamilyView> families)
              HOSTPULSE_THREAD_ANNOTATION(no_thread_safety_analysis) { Take(families); });
  if (status.ok()) return;
  patient_ = true;
  ++failures_;
  log_.Error("nothing could be collected for push", {{"error", status.message()}});
}

void Sampler::Take(std::span<const FamilyView> families) {
  for (const FamilyView& family : families) {
    const bool tells_success = family.name == kCollectorSuccess;
    table_.BeginFamily(family);
    ForEachSample(family, scratch_,
                  [&](const SampleView& sample)
                      HOSTPULSE_THREAD_ANNOTATION(no_thread_safety_analysis) {
                        const double before = table_.Update(family, sample);
                        patient_ = patient_ || (tells_success && sample.value == 0 && before == 1);
                      });
  }
}

void Sampler::Append() {
  const Collection collection = table_.collection();
  if (EarlyCollections::IsPlausible(clock_.Now())) return Enqueue(collection);
  if (early_.empty()) {
    log_.Warn("the clock is not set: collections wait until it is, to get their times then",
              {{"most", EarlyCollections::kMost}});
  }
  early_.Add(collection, clock_.Monotonic());
}

// Those that waited for the clock, if it is set now.
void Sampler::ReleaseEarly() {
  const WallTime now = clock_.Now();
  if (early_.empty() || !EarlyCollections::IsPlausible(now)) return;
  log_.Info("the clock was set: collections get their times",
            {{"collections", early_.size()}, {"dropped", early_.dropped()}});
  early_.Release(now, clock_.Monotonic(),
                 [this](const Collection& collection)
                     HOSTPULSE_THREAD_ANNOTATION(no_thread_safety_analysis) {
                       table_.NoteTime(collection.timestamp_ms);
                       Enqueue(collection);
                     });
}

void Sampler::Enqueue(const Collection& collection) {
  const Status status = queue_.Append(collection);
  if (!status.ok()) {
    ++failures_;
    log_.Error("a collection could not be queued", {{"error", status.message()}});
    return;
  }
  log_.Debug("collected", {{"samples", collection.samples()},
                           {"new_series", collection.added.size()},
                           {"gone_series", collection.gone.size()}});
}

void Sampler::EndAllSeries() {
  if (table_.size() == 0) return;
  table_.Begin(schedule_.Stamp(clock_.Now()));
  table_.Finish(false);
  Append();
}

void Sampler::NoteClock() {
  if (schedule_.steps_back() > steps_back_) {
    steps_back_ = schedule_.steps_back();
    log_.Warn(
        "the clock was set back, and timestamps with it: a receiver without an out-of-order window "
        "refuses samples until the clock has passed where it was");
  }
  const bool behind = schedule_.ahead() > std::chrono::milliseconds(1);
  if (behind && !clock_warned_) {
    log_.Warn("the clock stepped back: timestamps stand still until it has caught up",
              {{"behind", FormatDuration(schedule_.ahead())}});
  }
  clock_warned_ = behind;
}

void Sampler::NoteStats(std::chrono::nanoseconds duration) {
  MutexLock lock(stats_mutex_);
  ++stats_.collections;
  stats_.failures = failures_;
  stats_.skipped_ticks = schedule_.skipped();
  stats_.series = table_.size();
  stats_.duration = duration;
  stats_.clock_behind = schedule_.ahead();
  stats_.clock_steps_back = schedule_.steps_back();
  stats_.waiting_for_clock = early_.size();
}

}  // namespace hostpulse::push
