#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "push/queue/collection_encoder.h"
#include "push/queue/queue_directory.h"
#include "push/queue/segment_writer.h"

namespace hostpulse::push {

// Writes collections into segments, each as one record, and begins a new segment where the open one
// is full or was given up. One thread.
class LogWriter {
 public:
  struct Options {
    std::uint64_t segment_bytes = std::uint64_t{4} << 20;  // Where a segment is full.
    // How long a record may stay unsynced; zero syncs each, nanoseconds::max() none.
    std::chrono::nanoseconds fsync = std::chrono::seconds(1);
  };

  // Both outlive it.
  LogWriter(const QueueDirectory& directory, const Clock& clock);
  ~LogWriter();  // Syncs.

  // What lives before the first collection, see CollectionEncoder.
  void Start(const std::vector<SeriesPtr>& living, SeriesId next_id) {
    encoder_.Start(living, next_id);
  }

  // Writes a collection behind all others: 0, or -errno; then nothing of it is in the log. An error
  // of a later sync is no error of this record: it counts in sync_errors.
  // Errors: kInvalid where the collection cannot be coded at all.
  Result<int> Write(std::uint64_t sequence, const Collection& collection, const Options& options);

  // A collection that will never be written: what comes and goes with it does so all the same.
  void Skip(std::span<const SeriesPtr> added, std::span<const SeriesId> gone) {
    encoder_.Skip(added, gone);
  }

  // Of the segment that the last record is in.
  std::uint64_t base() const { return writer_.base(); }
  std::uint64_t size() const { return size_; }
  bool first_of_segment() const { return first_of_segment_; }

  std::uint64_t sync_errors() const { return sync_errors_; }

 private:
  int BeginSegment(std::uint64_t sequence, bool durable);
  int WriteRecord(std::uint64_t sequence, const Collection& collection,
                  const CodedCollection& coded, bool sync);
  void SyncWhereDue(std::chrono::nanoseconds fsync);

  const Clock& clock_;
  CollectionEncoder encoder_;
  SegmentWriter writer_;
  std::uint64_t size_ = 0;
  bool first_of_segment_ = false;
  bool synced_ = true;
  bool durable_ = true;  // Whether syncs are asked for at all.
  MonotonicTime last_sync_{};
  std::uint64_t sync_errors_ = 0;
};

}  // namespace hostpulse::push
