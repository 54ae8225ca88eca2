#include "push/queue/log_state.h"

#include <algorithm>
#include <utility>

namespace hostpulse::push {
namespace {

std::uint64_t& Dropped(CursorStats& stats, DropReason reason) {
  switch (reason) {
    case DropReason::kBytes:
      return stats.dropped_for_bytes;
    case DropReason::kAge:
      return stats.dropped_for_age;
    case DropReason::kDisk:
      return stats.dropped_for_disk;
    case DropReason::kCorrupt:
      break;
  }
  return stats.dropped_as_corrupt;
}

// Moves samples from queued to dropped.
void Drop(CursorStats& stats, std::uint64_t samples, DropReason reason) {
  samples = std::min(samples, stats.queued_samples);
  stats.queued_samples -= samples;
  Dropped(stats, reason) += samples;
  if (stats.queued_samples == 0) stats.oldest_ms.reset();
}

bool ById(const SeriesPtr& series, SeriesId id) {
  return series->id < id;
}

}  // namespace

void LogState::AddWritten(std::uint64_t sequence, const Collection& collection, std::uint64_t bytes,
                          MonotonicTime now) {
  segments.CountNewest(sequence, collection.timestamp_ms, collection.samples(), bytes, now);
  Log(sequence, collection);
}

void LogState::AddSpilled(std::uint64_t sequence, const Collection& collection) {
  std::vector<SeriesPtr> ended;
  for (const SeriesId id : collection.gone) {
    if (SeriesPtr series = FindLiving(id); series != nullptr) ended.push_back(std::move(series));
  }
  if (spilled.full()) DropSpilled();
  spilled.Add(Spill(sequence, collection, std::move(ended)));
  Log(sequence, collection);
}

void LogState::AddRefused(const Collection& collection) {
  for (auto& [name, place] : places) {
    place.stats.logged_samples += collection.samples();
    place.stats.dropped_for_disk += collection.samples();
  }
}

void LogState::Log(std::uint64_t sequence, const Collection& collection) {
  last_sequence = sequence;
  newest_ms = collection.timestamp_ms;
  for (auto& [name, place] : places) {
    place.stats.logged_samples += collection.samples();
    place.stats.queued_samples += collection.samples();
    if (!place.stats.oldest_ms && place.stats.queued_samples > 0) {
      place.stats.oldest_ms = collection.timestamp_ms;
    }
  }
  UpdateLiving(collection);
}

void LogState::UpdateLiving(const Collection& collection) {
  for (const SeriesPtr& series : collection.added) {
    const auto it = std::lower_bound(living.begin(), living.end(), series->id, ById);
    if (it != living.end() && (*it)->id == series->id) {
      *it = series;
    } else {
      living.insert(it, series);
    }
  }
  auto gone = collection.gone.begin();
  if (gone == collection.gone.end()) return;
  std::erase_if(living, [&](const SeriesPtr& series) {
    while (gone != collection.gone.end() && *gone < series->id) ++gone;
    return gone != collection.gone.end() && *gone == series->id;
  });
}

void LogState::MoveSpilled(std::uint64_t bytes, MonotonicTime now) {
  const SpilledPtr moved = spilled.PopOldest();
  segments.CountNewest(moved->sequence, moved->timestamp_ms, moved->samples, bytes, now);
}

void LogState::DropSpilled() {
  const SpilledPtr dropped = spilled.PopOldest();
  for (auto& [name, place] : places) {
    if (place.acked >= dropped->sequence) continue;
    Drop(place.stats, dropped->samples, DropReason::kDisk);
    // Only where everything before it is acknowledged was it the next one.
    if (segments.FindAfter(place.acked) != nullptr) continue;
    place.acked = dropped->sequence;
    if (place.stats.queued_samples > 0) place.stats.oldest_ms = TimeAfter(place.acked);
  }
}

SegmentInfo LogState::DropSegment(DropReason reason, std::uint64_t& lost) {
  const SegmentInfo info = segments.PopOldest();
  const std::uint64_t left = segments.samples() + spilled.samples();
  lost = 0;
  for (auto& [name, place] : places) {
    if (place.acked >= info.last_sequence) continue;
    const std::uint64_t queued = place.stats.queued_samples;
    const std::uint64_t gone = queued - std::min(queued, left);
    lost = std::max(lost, gone);
    place.acked = info.last_sequence;
    Drop(place.stats, gone, reason);
    if (place.stats.queued_samples > 0) place.stats.oldest_ms = TimeAfter(place.acked);
  }
  return info;
}

std::size_t LogState::Ack(Place& place, std::uint64_t sequence, std::uint64_t samples,
                          std::optional<std::int64_t> next_ms) {
  CursorStats& stats = place.stats;
  const std::uint64_t released = std::min(samples, stats.queued_samples);
  stats.released_samples += released;
  stats.queued_samples -= released;
  place.acked = std::max(place.acked, sequence);
  stats.oldest_ms = next_ms ? next_ms : TimeAfter(place.acked);
  Settle(place, DropReason::kCorrupt);
  if (stats.queued_samples == 0) stats.oldest_ms.reset();
  return released;
}

void LogState::GiveUp(Place& place) {
  place.acked = last_sequence;
  Drop(place.stats, place.stats.queued_samples, DropReason::kCorrupt);
}

void LogState::Skip(Place& place, std::uint64_t sequence, DropReason reason) {
  if (sequence <= place.acked) return;
  place.acked = sequence;
  if (place.stats.queued_samples > 0) place.stats.oldest_ms = TimeAfter(sequence);
  Settle(place, reason);
}

// At the end of a segment it is known how much comes after it: what is queued beyond that was
// counted, but did not read back.
void LogState::Settle(Place& place, DropReason reason) {
  const SegmentInfo* const next = segments.FindAfter(place.acked);
  if (next != nullptr && next->first_sequence <= place.acked) return;
  const std::uint64_t after =
      segments.SamplesOfWholeAfter(place.acked) + spilled.SamplesAfter(place.acked);
  const std::uint64_t queued = place.stats.queued_samples;
  if (queued > after) Drop(place.stats, queued - after, reason);
}

// The time of the first collection above it, as far as that is known without reading.
std::optional<std::int64_t> LogState::TimeAfter(std::uint64_t sequence) const {
  if (const SegmentInfo* const segment = segments.FindAfter(sequence)) {
    return segment->first_sequence > sequence ? segment->first_ms : segment->last_ms;
  }
  const SpilledPtr waiting = spilled.FindAfter(sequence);
  return waiting != nullptr ? std::optional(waiting->timestamp_ms) : std::nullopt;
}

std::uint64_t LogState::SavedByAll() const {
  std::uint64_t saved = last_sequence;
  for (const auto& [name, place] : places) saved = std::min(saved, place.saved);
  return saved;
}

CursorStats LogState::StatsOf(const Place& place) const {
  CursorStats stats = place.stats;
  stats.last_sequence = last_sequence;
  if (stats.queued_samples > 0) stats.newest_ms = newest_ms;
  return stats;
}

SeriesPtr LogState::FindLiving(SeriesId id) const {
  const auto it = std::lower_bound(living.begin(), living.end(), id, ById);
  return it != living.end() && (*it)->id == id ? *it : nullptr;
}

SeriesPtr LogState::FindSpilled(const SpilledCollection& waiting, SeriesId id) const {
  const auto ended = std::lower_bound(waiting.ended.begin(), waiting.ended.end(), id, ById);
  if (ended != waiting.ended.end() && (*ended)->id == id) return *ended;
  if (SeriesPtr series = FindLiving(id); series != nullptr) return series;
  return spilled.FindEnded(id);
}

}  // namespace hostpulse::push
