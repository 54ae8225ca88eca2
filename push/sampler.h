#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <thread>

#include "core/clock.h"
#include "core/log/logger.h"
#include "core/metrics/metric_source.h"
#include "core/mutex.h"
#include "push/early_collections.h"
#include "push/queue/queue.h"
#include "push/series_table.h"
#include "push/tick_schedule.h"

namespace hostpulse::push {

struct SamplerOptions {
  std::chrono::nanoseconds interval = std::chrono::seconds(15);
  std::string job = "node";
  std::string instance;  // Empty: the host name.
  // Added where a series has no label of that name; job and instance come first.
  std::map<std::string, std::string> external_labels;

  bool operator==(const SamplerOptions&) const = default;
};

// What every series gets that has no label of that name: job and instance, then external labels.
LabelSet AddedLabels(const SamplerOptions& options);

// What the sampler has done since it was made.
struct SamplerStats {
  std::uint64_t collections = 0;
  std::uint64_t failures = 0;       // The source or the queue refused.
  std::uint64_t skipped_ticks = 0;  // Came too late.
  std::uint64_t series = 0;
  std::chrono::nanoseconds duration{};       // Of the last collection.
  std::chrono::milliseconds clock_behind{};  // See TickSchedule::ahead.
  std::uint64_t clock_steps_back = 0;        // See TickSchedule::steps_back.
  std::size_t waiting_for_clock = 0;         // Collections, see EarlyCollections.
};

// Collects from a source on a thread of its own and appends to the queue: every series of the
// source, the heartbeat `up` with the value 1, and a staleness marker for a series that left. A
// series that is missing while a collector has just failed gets its marker only when it is missing
// a second time, because it probably belongs to that collector and comes back with it.
class Sampler {
 public:
  // All references outlive it. `after_tick` is called on its thread after each collection.
  Sampler(SamplerOptions options, MetricSource& source, Queue& queue, const Clock& clock,
          Logger& log, std::function<void(const SamplerStats&)> after_tick);
  ~Sampler();

  void Start();
  void BeginStop() { thread_.request_stop(); }
  // Waits for a collection in progress, which takes as long as the source lets it.
  void Stop();

  // Other labels end all series, which then come back under their new ones. Any thread.
  void Reconfigure(SamplerOptions options);

  // One collection, now; the thread calls it, and tests do.
  void Collect();

  SamplerStats Stats() const;

 private:
  void Run(const std::stop_token& stop);
  void EndAllSeries() HOSTPULSE_REQUIRES(mutex_);
  void Gather() HOSTPULSE_REQUIRES(mutex_);
  void Take(std::span<const FamilyView> families) HOSTPULSE_REQUIRES(mutex_);
  void Append() HOSTPULSE_REQUIRES(mutex_);
  void Enqueue(const Collection& collection) HOSTPULSE_REQUIRES(mutex_);
  void ReleaseEarly() HOSTPULSE_REQUIRES(mutex_);
  void NoteClock() HOSTPULSE_REQUIRES(mutex_);
  void NoteStats(std::chrono::nanoseconds duration) HOSTPULSE_REQUIRES(mutex_);

  MetricSource& source_;
  Queue& queue_;
  const Clock& clock_;
  Logger& log_;
  const std::function<void(const SamplerStats&)> after_tick_;

  mutable Mutex mutex_;
  CondVar wake_;
  SamplerOptions options_ HOSTPULSE_GUARDED_BY(mutex_);
  SeriesTable table_ HOSTPULSE_GUARDED_BY(mutex_);
  TickSchedule schedule_ HOSTPULSE_GUARDED_BY(mutex_);
  EarlyCollections early_ HOSTPULSE_GUARDED_BY(mutex_);
  std::uint64_t failures_ HOSTPULSE_GUARDED_BY(mutex_) = 0;
  std::string scratch_ HOSTPULSE_GUARDED_BY(mutex_);
  bool patient_ HOSTPULSE_GUARDED_BY(mutex_) = false;
  bool reconfigured_ HOSTPULSE_GUARDED_BY(mutex_) = false;
  bool clock_warned_ HOSTPULSE_GUARDED_BY(mutex_) = false;
  std::uint64_t steps_back_ HOSTPULSE_GUARDED_BY(mutex_) = 0;  // Of the clock, so far logged.
  // Apart from the rest, so that nobody waits for a slow collection to read them.
  mutable Mutex stats_mutex_;
  SamplerStats stats_ HOSTPULSE_GUARDED_BY(stats_mutex_);
  std::jthread thread_;
};

}  // namespace hostpulse::push
