#include "push/queue/memory_queue.h"

#include <algorithm>
#include <utility>

#include "push/series_table.h"

namespace hostpulse::push {
namespace {

// Where a chunk is closed: small enough that dropping one loses little and reading one from its
// beginning costs little, large enough that its first collection, coded in full, is paid for.
constexpr std::size_t kChunkCollections = 16;
constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

}  // namespace

// Finds, decodes and turns collections into runs; its buffers live as long as it does.
class MemoryQueue::MemoryCursor final : public Cursor {
 public:
  MemoryCursor(MemoryQueue& queue, Place& place) : queue_(queue), place_(place) {}

  bool Peek(const PeekLimits& limits, Batch& out) override;
  std::size_t Ack(std::uint64_t sequence) override;
  void WaitForMore(std::uint64_t samples, std::stop_token stop,
                   std::chrono::nanoseconds at_most) override;
  CursorStats Stats() const override {
    MutexLock lock(queue_.mutex_);
    return queue_.StatsOf(place_);
  }

 private:
  struct Row {
    SeriesId id;
    Sample sample;
  };

  bool ReadChunk(const Chunk& chunk, const PeekLimits& limits, Batch& out)
      HOSTPULSE_REQUIRES(queue_.mutex_);
  void TakeRows();
  void MakeRuns(Batch& out) HOSTPULSE_REQUIRES(queue_.mutex_);

  MemoryQueue& queue_;
  Place& place_;
  ChunkReader reader_;
  std::vector<Row> rows_;
};

bool MemoryQueue::MemoryCursor::Peek(const PeekLimits& limits, Batch& out) {
  rows_.clear();
  out.collections = 0;
  out.last_sequence = 0;
  MutexLock lock(queue_.mutex_);
  for (const AgedChunk& aged : queue_.chunks_) {
    if (aged.chunk.last_sequence() <= place_.acked_sequence) continue;
    if (!ReadChunk(aged.chunk, limits, out)) break;
  }
  MakeRuns(out);
  return !out.empty();
}

// False where a limit is reached.
bool MemoryQueue::MemoryCursor::ReadChunk(const Chunk& chunk, const PeekLimits& limits,
                                          Batch& out) {
  // Usually what was read last is what was acknowledged last.
  if (!reader_.StandsAfter(chunk, place_.acked_sequence)) reader_.Start(chunk);
  while (reader_.Next()) {
    if (reader_.sequence() <= place_.acked_sequence) continue;
    const bool full = out.collections >= limits.max_collections ||
                      rows_.size() + reader_.info().samples > limits.max_samples;
    const bool steps_back =
        !rows_.empty() && reader_.info().timestamp_ms <= rows_.back().sample.timestamp_ms;
    if ((full || steps_back) && !out.empty()) return false;
    TakeRows();
    ++out.collections;
    out.last_sequence = reader_.sequence();
  }
  return true;
}

void MemoryQueue::MemoryCursor::TakeRows() {
  const std::int64_t timestamp_ms = reader_.info().timestamp_ms;
  for (const SeriesValue& value : reader_.values()) {
    rows_.push_back({value.id, {timestamp_ms, value.value}});
  }
  for (const SeriesId id : reader_.gone()) {
    rows_.push_back({id, {timestamp_ms, StalenessMarker()}});
  }
}

void MemoryQueue::MemoryCursor::MakeRuns(Batch& out) {
  const auto by_id = [](const Row& a, const Row& b) { return a.id < b.id; };
  if (!std::is_sorted(rows_.begin(), rows_.end(), by_id)) {
    std::stable_sort(rows_.begin(), rows_.end(), by_id);
  }
  out.series.clear();
  out.samples.clear();
  for (const Row& row : rows_) {
    if (out.series.empty() || out.series.back().series->id != row.id) {
      const auto first = static_cast<std::uint32_t>(out.samples.size());
      out.series.push_back({queue_.dictionary_.at(row.id), first, 0, false});
    }
    out.samples.push_back(row.sample);
    ++out.series.back().count;
    out.series.back().ended = IsStalenessMarker(row.sample.value);
  }
}

std::size_t MemoryQueue::MemoryCursor::Ack(std::uint64_t sequence) {
  MutexLock lock(queue_.mutex_);
  sequence = std::min(sequence, queue_.last_sequence_);
  if (sequence <= place_.acked_sequence) return 0;
  const std::size_t released = queue_.SamplesBetween(place_.acked_sequence, sequence);
  place_.acked_sequence = sequence;
  place_.stats.released_samples += released;
  place_.stats.queued_samples -= released;
  queue_.PopAcked();
  return released;
}

void MemoryQueue::MemoryCursor::WaitForMore(std::uint64_t samples, std::stop_token stop,
                                            std::chrono::nanoseconds at_most) {
  MutexLock lock(queue_.mutex_);
  queue_.appended_.wait_for(lock, std::move(stop), at_most,
                            [&] { return place_.stats.queued_samples > samples; });
}

MemoryQueue::MemoryQueue(const QueueOptions& options, const Clock& clock, Logger& log)
    : clock_(clock), log_(log) {
  SetOptions(options);
}

MemoryQueue::~MemoryQueue() = default;

void MemoryQueue::SetOptions(const QueueOptions& options) {
  MutexLock lock(mutex_);
  max_bytes_ = std::min(options.max_bytes, kMostBytes);
  max_age_ = options.max_age;
}

Status MemoryQueue::Append(const Collection& collection) {
  {
    MutexLock lock(mutex_);
    for (const SeriesPtr& series : collection.added) dictionary_[series->id] = series;
    AgedChunk& open = OpenChunk();
    const std::size_t before = open.chunk.bytes();
    open.chunk.Add(collection);
    open.newest = clock_.Monotonic();
    bytes_ += open.chunk.bytes() - before;
    ++last_sequence_;
    for (auto& [name, place] : places_) {
      place.stats.logged_samples += collection.samples();
      place.stats.queued_samples += collection.samples();
    }
    KeepBounds();
    PopAcked();
  }
  appended_.notify_all();
  return {};
}

std::unique_ptr<Cursor> MemoryQueue::Open(std::string_view destination) {
  MutexLock lock(mutex_);
  auto it = places_.find(destination);
  if (it == places_.end()) {
    it = places_.emplace(destination, Place{last_sequence_, {}}).first;
  }
  return std::make_unique<MemoryCursor>(*this, it->second);
}

void MemoryQueue::Forget(std::string_view destination) {
  MutexLock lock(mutex_);
  if (const auto it = places_.find(destination); it != places_.end()) places_.erase(it);
  PopAcked();
}

QueueStats MemoryQueue::Stats() const {
  MutexLock lock(mutex_);
  std::uint64_t collections = 0;
  for (const AgedChunk& aged : chunks_) collections += aged.chunk.infos().size();
  QueueStats stats;
  stats.bytes = bytes_;
  stats.max_bytes = max_bytes_;
  stats.collections = collections;
  return stats;
}

std::vector<std::string> MemoryQueue::Destinations() const {
  MutexLock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, place] : places_) names.push_back(name);
  return names;
}

MemoryQueue::AgedChunk& MemoryQueue::OpenChunk() {
  const std::size_t most_bytes = std::min<std::size_t>(kChunkBytes, max_bytes_ / 16);
  if (!chunks_.empty()) {
    AgedChunk& last = chunks_.back();
    const bool full =
        last.chunk.infos().size() >= kChunkCollections || last.chunk.bytes() >= most_bytes;
    if (!full) return last;
  }
  AgedChunk& open = chunks_.emplace_back();
  std::swap(open.chunk, spare_);
  open.chunk.Start(last_sequence_ + 1);
  return open;
}

// The newest chunk stays whatever the bounds say: it is what is being written.
void MemoryQueue::KeepBounds() {
  const MonotonicTime now = clock_.Monotonic();
  while (chunks_.size() > 1 && bytes_ > max_bytes_) DropOldest(Bound::kBytes);
  while (chunks_.size() > 1 && now - chunks_.front().newest > max_age_) DropOldest(Bound::kAge);
}

void MemoryQueue::DropOldest(Bound bound) {
  const std::uint64_t last = chunks_.front().chunk.last_sequence();
  for (auto& [name, place] : places_) {
    if (place.acked_sequence >= last) continue;
    const std::size_t lost = SamplesBetween(place.acked_sequence, last);
    place.acked_sequence = last;
    place.stats.queued_samples -= lost;
    (bound == Bound::kBytes ? place.stats.dropped_for_bytes : place.stats.dropped_for_age) += lost;
    log_.Warn("samples dropped before they could be sent",
              {{"destination", name}, {"bound", bound == Bound::kBytes ? "max_bytes" : "max_age"}});
  }
  PopOldest();
}

void MemoryQueue::PopOldest() {
  Chunk& oldest = chunks_.front().chunk;
  bytes_ -= oldest.bytes();
  for (const SeriesId id : oldest.gone()) dictionary_.erase(id);
  std::swap(oldest, spare_);
  chunks_.pop_front();
}

// The newest chunk stays, so that the next collection is coded against it.
void MemoryQueue::PopAcked() {
  std::uint64_t acked = last_sequence_;
  for (const auto& [name, place] : places_) acked = std::min(acked, place.acked_sequence);
  while (chunks_.size() > 1 && chunks_.front().chunk.last_sequence() <= acked) PopOldest();
}

std::size_t MemoryQueue::SamplesBetween(std::uint64_t after, std::uint64_t upto) const {
  std::size_t samples = 0;
  for (const AgedChunk& aged : chunks_) {
    std::uint64_t sequence = aged.chunk.first_sequence();
    if (sequence > upto) break;
    for (const CollectionInfo& info : aged.chunk.infos()) {
      if (sequence > after && sequence <= upto) samples += info.samples;
      ++sequence;
    }
  }
  return samples;
}

CursorStats MemoryQueue::StatsOf(const Place& place) const {
  CursorStats stats = place.stats;
  stats.last_sequence = last_sequence_;
  if (stats.queued_samples == 0) return stats;
  for (const AgedChunk& aged : chunks_) {
    if (aged.chunk.last_sequence() <= place.acked_sequence) continue;
    const std::uint64_t first = std::max(place.acked_sequence + 1, aged.chunk.first_sequence());
    stats.oldest_ms = aged.chunk.infos()[first - aged.chunk.first_sequence()].timestamp_ms;
    break;
  }
  stats.newest_ms = chunks_.back().chunk.infos().back().timestamp_ms;
  return stats;
}

}  // namespace hostpulse::push
