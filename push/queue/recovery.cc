#include "push/queue/recovery.h"

#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "push/queue/collection_reader.h"
#include "push/queue/segment_reader.h"

namespace hostpulse::push {
namespace {

constexpr std::size_t kWindow = std::size_t{256} << 10;
// Older than any queue; keeps times far off from overflowing.
constexpr std::chrono::milliseconds kMostAge = std::chrono::hours(24 * 3650);

class Scan {
 public:
  Scan(const QueueDirectory& directory, const Clock& clock, Logger& log, LogState& state)
      : directory_(directory),
        log_(log),
        state_(state),
        now_(clock.Monotonic()),
        now_ms_(ToUnixMillis(clock.Now())),
        reader_(directory.io(), kWindow) {}

  Result<Recovery> Run();

 private:
  void LoadCursors(const std::vector<std::string>& names);
  void ScanSegment(std::uint64_t base);
  void ReadRecords(SegmentInfo& info);
  void NoteSeen(std::uint64_t sequence);
  void CountFor(Place& place) const;
  void FindLiving();
  MonotonicTime NewestOf(const SegmentInfo& info) const;

  const QueueDirectory& directory_;
  Logger& log_;
  LogState& state_;
  const MonotonicTime now_;
  const std::int64_t now_ms_;
  SegmentReader reader_;
  RecordChain chain_;
  Recovery recovery_;
};

Result<Recovery> Scan::Run() {
  Result<QueueDirectory::Listing> listing = directory_.List();
  if (!listing) return listing.status();
  recovery_.foreign_files = listing->others;
  LoadCursors(listing->cursors);
  for (const std::uint64_t base : listing->segments) ScanSegment(base);
  FindLiving();
  for (auto& [name, place] : state_.places) {
    place.stats.logged_samples = place.stats.queued_samples;
    NoteSeen(place.acked);
  }
  // Cursors may know of a later end than a log that lost its tail.
  state_.last_sequence = recovery_.next_sequence - 1;
  return recovery_;
}

void Scan::LoadCursors(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    auto file = std::make_unique<CursorFile>(directory_, name, "");
    if (const int error = file->Load(); error < 0) {
      log_.Warn("a cursor cannot be read",
                {{"error", FileError(directory_.PathOf(name), "read", error).message()}});
      ++recovery_.foreign_files;
      continue;
    }
    if (file->damaged()) {
      log_.Warn("a cursor is damaged: its destination gets everything that is queued",
                {{"path", directory_.PathOf(name)}, {"destination", file->destination()}});
    }
    Place& place = state_.places[name];
    place.acked = file->acked_sequence();
    place.saved = place.acked;
    place.file = std::move(file);
  }
}

void Scan::ScanSegment(std::uint64_t base) {
  NoteSeen(base);
  const std::string name = SegmentName(base);
  UniqueFd fd;
  struct stat file {};
  int error = directory_.OpenFile(name, O_RDONLY, fd);
  if (error == 0) error = directory_.io().Stat(fd.get(), file);
  const auto bytes = static_cast<std::uint64_t>(std::max<off_t>(0, file.st_size));
  if (error == 0) error = reader_.Open(std::move(fd), bytes);
  if (error < 0 || reader_.header_state() == HeaderState::kNewer) {
    const Status status = error < 0
                              ? FileError(directory_.PathOf(name), "read", error)
                              : Status(ErrorCode::kInvalid,
                                       directory_.PathOf(name) + ": written by a newer hostpulse");
    log_.Warn("a segment of the queue is left out", {{"error", status.message()}});
    ++recovery_.foreign_files;
    NoteSeen(base + bytes);
    return;
  }
  SegmentInfo info;
  info.base = base;
  info.bytes = bytes;
  info.inherited = true;
  info.last_sequence = state_.segments.empty() ? 0 : state_.segments.newest().last_sequence;
  ReadRecords(info);
  info.newest = NewestOf(info);
  state_.segments.Add(info);
}

void Scan::ReadRecords(SegmentInfo& info) {
  chain_.Start();
  SegmentReader::Step step = reader_.Next();
  for (; step == SegmentReader::Step::kRecord; step = reader_.Next()) {
    const RecordHeader& record = reader_.record();
    NoteSeen(record.sequence);
    recovery_.next_id = std::max(recovery_.next_id, record.next_id);
    const bool readable = chain_.Follow(record);
    if (!readable || record.sequence <= info.last_sequence) continue;
    info.Count(record.sequence, record.timestamp_ms, record.samples);
    state_.newest_ms = record.timestamp_ms;
    for (auto& [name, place] : state_.places) {
      if (record.sequence <= place.acked) continue;
      place.stats.queued_samples += record.samples;
      if (!place.stats.oldest_ms) place.stats.oldest_ms = record.timestamp_ms;
    }
  }
  if (step == SegmentReader::Step::kFailed) {
    log_.Warn(
        "a segment of the queue cannot be read to its end",
        {{"error", FileError(directory_.PathOf(SegmentName(info.base)), "read", reader_.error())
                       .message()}});
  }
  if (reader_.damaged_records() + reader_.skipped_bytes() > 0) {
    log_.Warn("a segment of the queue is damaged",
              {{"path", directory_.PathOf(SegmentName(info.base))},
               {"damaged_records", reader_.damaged_records()},
               {"skipped_bytes", reader_.skipped_bytes()}});
  }
  recovery_.damaged_records += reader_.damaged_records();
}

void Scan::NoteSeen(std::uint64_t sequence) {
  recovery_.next_sequence = std::max(recovery_.next_sequence, sequence + 1);
}

// How long ago its last collection was, as far as the clock can be trusted: a time to come is now.
MonotonicTime Scan::NewestOf(const SegmentInfo& info) const {
  if (info.collections == 0) return now_;
  const std::int64_t age_ms = info.last_ms > now_ms_ ? 0 : now_ms_ - info.last_ms;
  return now_ - std::chrono::milliseconds(std::clamp<std::int64_t>(age_ms, 0, kMostAge.count()));
}

// Those of the last segment that has collections, read to its end.
void Scan::FindLiving() {
  CollectionReader reader(directory_, kWindow, nullptr);
  const SegmentInfo* const last = state_.segments.FindLast();
  if (last == nullptr || reader.Open(last->base, last->bytes) < 0) return;
  while (reader.Next() == SegmentReader::Step::kRecord) {
    if (reader.record().sequence == last->last_sequence) {
      state_.living = reader.collection().Living();
    }
  }
}

}  // namespace

Result<Recovery> Recover(const QueueDirectory& directory, const Clock& clock, Logger& log,
                         LogState& state) {
  return Scan(directory, clock, log, state).Run();
}

}  // namespace hostpulse::push
