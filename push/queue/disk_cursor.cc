#include "push/queue/disk_cursor.h"

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "push/series_table.h"

namespace hostpulse::push {
namespace {

constexpr std::size_t kWindow = std::size_t{64} << 10;
constexpr auto kBetweenSaves = std::chrono::seconds(1);
// So often a segment that the system does not let us read is tried before it is given up.
constexpr int kMostFailures = 3;

}  // namespace

DiskCursor::DiskCursor(const QueueDirectory& directory, SharedLog& shared, RefusedSegments& refused,
                       Place& place, bool is_new, bool durable, const Clock& clock, Logger& log)
    : shared_(shared),
      refused_(refused),
      place_(place),
      durable_(durable),
      clock_(clock),
      log_(log),
      reader_(directory, kWindow, &shared) {
  if (is_new) Save();
}

DiskCursor::~DiskCursor() {
  Save();
}

bool DiskCursor::Peek(const PeekLimits& limits, Batch& out) {
  builder_.Start();
  peeked_.clear();
  out.collections = 0;
  out.last_sequence = 0;
  const std::uint64_t acked = this->acked();
  if (position_ > acked) Rewind(acked);
  position_ = std::max(position_, acked);
  if (current_ && current_->sequence <= position_) current_.reset();
  std::int64_t last_ms = 0;
  while (out.collections < std::max<std::size_t>(1, limits.max_collections)) {
    if (!current_ && !ReadNext(out.empty())) break;
    const bool full = builder_.samples() + current_->samples > limits.max_samples;
    const bool steps_back = current_->timestamp_ms <= last_ms;
    if (!out.empty() && (full || current_->replaced || steps_back)) break;
    last_ms = current_->timestamp_ms;
    Take(out);
  }
  builder_.Finish(out);
  return !out.empty();
}

void DiskCursor::Take(Batch& out) {
  builder_.Add(current_->timestamp_ms, current_->values);
  builder_.Add(current_->timestamp_ms, current_->gone);
  peeked_.push_back({current_->sequence, current_->samples});
  ++out.collections;
  out.last_sequence = current_->sequence;
  position_ = current_->sequence;
  current_.reset();
}

// Sets current_ to the collection after position_. False where there is none that can be read now.
bool DiskCursor::ReadNext(bool batch_is_empty) {
  while (true) {
    const Next next = FindNext(batch_is_empty);
    if (next.segment) {
      if (ReadFromDisk(*next.segment, batch_is_empty)) return true;
      if (!batch_is_empty || failures_ > 0) return false;
      continue;  // It was passed over.
    }
    if (next.spilled == nullptr) return false;
    ReadFromMemory(next.spilled);
    return true;
  }
}

DiskCursor::Next DiskCursor::FindNext(bool batch_is_empty) {
  MutexLock lock(shared_.mutex);
  LogState& state = shared_.state;
  if (const SegmentInfo* const segment = state.segments.FindAfter(position_)) {
    return {*segment, nullptr};
  }
  Next next{std::nullopt, state.spilled.FindAfter(position_)};
  if (next.spilled == nullptr && batch_is_empty && place_.stats.queued_samples > 0) {
    state.GiveUp(place_);
  }
  return next;
}

bool DiskCursor::ReadFromDisk(const SegmentInfo& segment, bool batch_is_empty) {
  if (reader_.base() != segment.base) {
    if (const int error = reader_.Open(segment.base, segment.bytes); error < 0) {
      if (error == -ENOENT || ++failures_ >= kMostFailures) SkipSegment(segment, batch_is_empty);
      return false;
    }
  }
  reader_.set_end(segment.bytes);
  for (auto step = reader_.Next(); step != SegmentReader::Step::kEnd; step = reader_.Next()) {
    if (step == SegmentReader::Step::kFailed) {
      MutexLock lock(shared_.mutex);
      ++shared_.read_errors;
      ++failures_;
      break;
    }
    failures_ = 0;
    const RecordHeader& record = reader_.record();
    if (record.sequence <= position_) continue;
    const CollectionDecoder& read = reader_.collection();
    current_ = Current{record.sequence, record.timestamp_ms, record.samples,
                       read.replaced(), read.values(),       read.gone()};
    return true;
  }
  if (failures_ == 0 || failures_ >= kMostFailures) SkipSegment(segment, batch_is_empty);
  return false;
}

// What it still has does not read back, though it was counted. The collections before it are to be
// acknowledged first.
void DiskCursor::SkipSegment(const SegmentInfo& segment, bool batch_is_empty) {
  if (!batch_is_empty) return;
  failures_ = 0;
  position_ = std::max(position_, segment.last_sequence);
  reader_.Close();
  MutexLock lock(shared_.mutex);
  shared_.state.Skip(place_, segment.last_sequence, DropReason::kCorrupt);
}

void DiskCursor::ReadFromMemory(const SpilledPtr& spilled) {
  spilled_ = spilled;
  spilled->Unpack(spilled_values_);
  spilled_series_.clear();
  {
    MutexLock lock(shared_.mutex);
    for (const SeriesValue& value : spilled_values_) {
      spilled_series_.push_back(shared_.state.FindSpilled(*spilled, value.id));
    }
  }
  spilled_samples_.clear();
  for (std::size_t i = 0; i < spilled_values_.size(); ++i) {
    // One that has left the memory meanwhile went together with its collection.
    if (spilled_series_[i] == nullptr) continue;
    spilled_samples_.push_back(
        {spilled_values_[i].id, &spilled_series_[i], spilled_values_[i].value});
  }
  spilled_gone_.clear();
  for (const SeriesPtr& series : spilled->ended) {
    spilled_gone_.push_back({series->id, &series, StalenessMarker()});
  }
  current_ = Current{spilled->sequence,       spilled->timestamp_ms, spilled->samples,
                     !spilled->added.empty(), spilled_samples_,      spilled_gone_};
}

// Back to a place before what was read: the segment is read again from its beginning.
void DiskCursor::Rewind(std::uint64_t sequence) {
  reader_.Close();
  current_.reset();
  position_ = sequence;
}

std::size_t DiskCursor::Ack(std::uint64_t sequence) {
  std::size_t released = 0;
  {
    MutexLock lock(shared_.mutex);
    std::size_t samples = 0;
    for (const Peeked& peeked : peeked_) {
      if (peeked.sequence > place_.acked && peeked.sequence <= sequence) samples += peeked.samples;
    }
    if (sequence <= place_.acked) return 0;
    const bool next_is_known = current_ && !peeked_.empty() && peeked_.back().sequence == sequence;
    released =
        shared_.state.Ack(place_, std::min(sequence, shared_.state.last_sequence), samples,
                          next_is_known ? std::optional(current_->timestamp_ms) : std::nullopt);
  }
  if (clock_.Monotonic() - last_save_ >= kBetweenSaves) Save();
  return released;
}

// What waits in memory is not kept: it has no segment.
void DiskCursor::KeepRefused() {
  std::set<std::uint64_t> bases;
  {
    MutexLock lock(shared_.mutex);
    for (const Peeked& peeked : peeked_) {
      const SegmentInfo* const segment = shared_.state.segments.FindAfter(peeked.sequence - 1);
      if (segment != nullptr) bases.insert(segment->base);
    }
  }
  for (const std::uint64_t base : bases) refused_.Keep(base);
}

void DiskCursor::WaitForMore(std::uint64_t samples, std::stop_token stop,
                             std::chrono::nanoseconds at_most) {
  const auto more = [&] { return place_.stats.queued_samples > samples; };
  {
    MutexLock lock(shared_.mutex);
    if (more() || stop.stop_requested()) return;
  }
  Save();
  MutexLock lock(shared_.mutex);
  shared_.appended.wait_for(lock, std::move(stop), at_most, more);
}

CursorStats DiskCursor::Stats() const {
  MutexLock lock(shared_.mutex);
  return shared_.state.StatsOf(place_);
}

std::uint64_t DiskCursor::acked() const {
  MutexLock lock(shared_.mutex);
  return place_.acked;
}

void DiskCursor::Save() {
  std::uint64_t acked = 0;
  {
    MutexLock lock(shared_.mutex);
    acked = place_.acked;
    // A place at the very beginning of a log needs its file, too.
    if (acked == place_.saved && acked == place_.file->acked_sequence() && place_.file->exists()) {
      return;
    }
  }
  last_save_ = clock_.Monotonic();
  const int error = place_.file->Save(acked, durable_);
  if (error < 0) {
    log_.Warn(
        "where a destination stands cannot be written: after a restart it may get samples "
        "twice",
        {{"error", FileError(place_.file->file_name(), "write", error).message()}});
    return;
  }
  MutexLock lock(shared_.mutex);
  place_.saved = acked;
}

}  // namespace hostpulse::push
