#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/metrics/metric_desc.h"
#include "core/result.h"
#include "push/labels.h"

namespace hostpulse::push {

struct QueueOptions {
  std::string dir = "/var/lib/hostpulse/queue";
  std::uint64_t max_bytes = std::uint64_t{512} << 20;
  std::chrono::nanoseconds max_age = std::chrono::hours(7 * 24);
  // How long a collection may stay unsynced; zero syncs each, nanoseconds::max() none.
  std::chrono::nanoseconds fsync = std::chrono::seconds(1);

  bool operator==(const QueueOptions&) const = default;
};

// Numbers a series for as long as it lives; never used again for another one.
using SeriesId = std::uint32_t;

// What all series of a metric have in common.
struct SeriesFamily {
  std::string name;  // Without _bucket, _sum, _count.
  prometheus::MetricType type = prometheus::MetricType::Untyped;
  std::string help;
  std::string unit;
};

// A series as the queue's dictionary has it. Const once made, shared with whoever reads it.
struct Series {
  SeriesId id = 0;
  LabelSet labels;
  std::shared_ptr<const SeriesFamily> family;
  std::int64_t start_ms = 0;  // When the series was first seen, Unix milliseconds.
};
using SeriesPtr = std::shared_ptr<const Series>;

struct SeriesValue {
  SeriesId id = 0;
  double value = 0;
};

// One collection on its way into the queue. Borrowed for the call.
struct Collection {
  // Later than that of the collection before, unless the clock was set back.
  std::int64_t timestamp_ms = 0;
  std::span<const SeriesPtr> added;     // Series that `values` has for the first time.
  std::span<const SeriesValue> values;  // Ascending by id.
  std::span<const SeriesId> gone;       // Ascending: series that end here with a staleness marker.

  std::size_t samples() const { return values.size() + gone.size(); }
};

struct Sample {
  std::int64_t timestamp_ms = 0;
  double value = 0;  // May be the staleness marker: copy it, never calculate with it.
};

// The samples of one series in a batch, in the order of time.
struct SeriesRun {
  SeriesPtr series;
  std::uint32_t first = 0;  // Into Batch::samples.
  std::uint32_t count = 0;
  bool ended = false;  // The last sample is its staleness marker.
};

// Collections on their way out, by series, each later than the one before. Kept by the reader and
// filled again and again.
struct Batch {
  std::uint64_t last_sequence = 0;  // What to acknowledge; 0 where the batch is empty.
  std::size_t collections = 0;
  std::vector<SeriesRun> series;  // Ascending by id, as Peek gives them.
  std::vector<Sample> samples;

  bool empty() const { return collections == 0; }
  std::span<const Sample> SamplesOf(const SeriesRun& run) const {
    return std::span(samples).subspan(run.first, run.count);
  }
};

struct PeekLimits {
  std::size_t max_samples = 10'000;  // At least one whole collection is given all the same.
  std::size_t max_collections = 60;
};

// How a destination stands in the queue, all numbers of one moment:
// logged = released + dropped (for all reasons) + queued.
struct CursorStats {
  std::uint64_t logged_samples = 0;    // Queued when the queue was opened, and appended since.
  std::uint64_t released_samples = 0;  // Acknowledged.
  std::uint64_t queued_samples = 0;
  std::uint64_t dropped_for_bytes = 0;  // Samples that max_bytes took away before they were read.
  std::uint64_t dropped_for_age = 0;
  std::uint64_t dropped_for_disk = 0;     // It had no room or did not work, and memory was full.
  std::uint64_t dropped_as_corrupt = 0;   // Written, but not to be read again.
  std::uint64_t last_sequence = 0;        // Of the newest collection in the queue.
  std::optional<std::int64_t> oldest_ms;  // Of the oldest sample not acknowledged.
  std::optional<std::int64_t> newest_ms;  // Of the newest one.
};

// The place of one destination. Its owner is one thread; the queue outlives it.
class Cursor {
 public:
  virtual ~Cursor() = default;

  // The next collections after the last acknowledged one: the same again until Ack moves on, unless
  // a bound of the queue drops them. False: there is nothing.
  virtual bool Peek(const PeekLimits& limits, Batch& out) = 0;

  // Everything up to `sequence` is settled. Returns how many samples that released; those which a
  // bound had dropped while they were on their way are not among them.
  virtual std::size_t Ack(std::uint64_t sequence) = 0;

  // What was peeked at last has samples that were refused for good: a queue on disk keeps them
  // aside for whoever wants to send them again.
  virtual void KeepRefused() {}

  // Waits until more than `samples` are queued, or the time is over, or a stop is asked for.
  virtual void WaitForMore(std::uint64_t samples, std::stop_token stop,
                           std::chrono::nanoseconds at_most) = 0;

  virtual CursorStats Stats() const = 0;  // Any thread.
};

struct QueueStats {
  std::uint64_t bytes = 0;
  std::uint64_t max_bytes = 0;
  std::uint64_t collections = 0;
  // Of a queue on disk.
  std::uint64_t segments = 0;
  std::uint64_t collections_in_memory = 0;  // The disk does not take them: they wait.
  std::uint64_t write_errors = 0;           // Since it was opened.
  std::uint64_t read_errors = 0;
  std::uint64_t damaged_records = 0;  // Found when it was opened.
  std::uint64_t refused_bytes = 0;    // In segments that are kept for samples refused for good.
  std::uint64_t foreign_files = 0;    // In its directory, left alone: of a newer version, no files.
};

// The log of collections between the sampler and the senders: one writer, a cursor for each
// destination. Bounded in bytes and age; over a bound the oldest go first. Thread safe.
class Queue {
 public:
  virtual ~Queue() = default;

  // Errors: kIo where it could not be stored; the collection is then counted as dropped.
  virtual Status Append(const Collection& collection) = 0;

  // The place of a destination by its name: where it was, or after the newest collection for a
  // name that is new. One cursor a name at a time.
  virtual std::unique_ptr<Cursor> Open(std::string_view destination) = 0;

  // Gives up the place of a destination that is no longer configured. Its cursor is gone already.
  virtual void Forget(std::string_view destination) = 0;

  // Other bounds; `dir` stays what it was.
  virtual void SetOptions(const QueueOptions& options) = 0;

  virtual QueueStats Stats() const = 0;

  // The destinations that have a place, with a cursor or without.
  virtual std::vector<std::string> Destinations() const = 0;

  // Where the numbering of series goes on after a restart: the series that lived at the end of the
  // log when the queue was opened, ascending by id, and an id above all that the log has. An entry
  // in Collection::added with the id of one of them takes its place.
  virtual std::vector<SeriesPtr> Living() const = 0;
  virtual SeriesId NextId() const = 0;
};

}  // namespace hostpulse::push
