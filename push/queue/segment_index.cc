#include "push/queue/segment_index.h"

#include <algorithm>

namespace hostpulse::push {

void SegmentInfo::Count(std::uint64_t sequence, std::int64_t timestamp_ms,
                        std::uint64_t of_samples) {
  if (collections == 0) {
    first_sequence = sequence;
    first_ms = timestamp_ms;
  }
  last_ms = timestamp_ms;
  last_sequence = sequence;
  samples += of_samples;
  ++collections;
}

void SegmentIndex::Add(const SegmentInfo& info) {
  infos_.push_back(info);
  bytes_ += info.bytes;
  samples_ += info.samples;
  collections_ += info.collections;
}

SegmentInfo SegmentIndex::PopOldest() {
  const SegmentInfo info = infos_.front();
  infos_.pop_front();
  bytes_ -= info.bytes;
  samples_ -= info.samples;
  collections_ -= info.collections;
  return info;
}

void SegmentIndex::CountNewest(std::uint64_t sequence, std::int64_t timestamp_ms,
                               std::uint64_t samples, std::uint64_t bytes, MonotonicTime now) {
  SegmentInfo& info = infos_.back();
  info.Count(sequence, timestamp_ms, samples);
  bytes_ += bytes - info.bytes;
  info.bytes = bytes;
  info.newest = now;
  samples_ += samples;
  ++collections_;
}

const SegmentInfo* SegmentIndex::FindAfter(std::uint64_t sequence) const {
  const auto it = std::partition_point(infos_.begin(), infos_.end(), [&](const SegmentInfo& info) {
    return info.last_sequence <= sequence;
  });
  return it == infos_.end() ? nullptr : &*it;
}

const SegmentInfo* SegmentIndex::FindLast() const {
  const auto it = std::find_if(infos_.rbegin(), infos_.rend(),
                               [](const SegmentInfo& info) { return info.collections > 0; });
  return it == infos_.rend() ? nullptr : &*it;
}

std::uint64_t SegmentIndex::SamplesOfWholeAfter(std::uint64_t sequence) const {
  std::uint64_t samples = 0;
  for (auto it = infos_.rbegin(); it != infos_.rend() && it->last_sequence > sequence; ++it) {
    if (it->first_sequence > sequence) samples += it->samples;
  }
  return samples;
}

}  // namespace hostpulse::push
