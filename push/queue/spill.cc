#include "push/queue/spill.h"

#include <algorithm>
#include <utility>

#include "push/queue/bytes.h"

namespace hostpulse::push {

SpilledPtr Spill(std::uint64_t sequence, const Collection& collection,
                 std::vector<SeriesPtr> ended) {
  auto spilled = std::make_shared<SpilledCollection>();
  spilled->sequence = sequence;
  spilled->timestamp_ms = collection.timestamp_ms;
  spilled->samples = collection.samples();
  spilled->added.assign(collection.added.begin(), collection.added.end());
  spilled->ended = std::move(ended);
  SeriesId next = 0;
  for (const SeriesValue& value : collection.values) {
    PutVarint(spilled->ids, value.id - next);
    next = value.id + 1;
    ValueState state;
    EncodeValue(state, value.value, spilled->values);
  }
  return spilled;
}

void SpilledCollection::Unpack(std::vector<SeriesValue>& out) const {
  out.clear();
  ByteReader distances(ids);
  ByteReader tails(values.tails);
  SeriesId next = 0;
  for (const char head : values.heads) {
    const SeriesId id = next + static_cast<SeriesId>(distances.Varint());
    ValueState state;
    out.push_back({id, DecodeValue(state, static_cast<std::uint8_t>(head), tails)});
    next = id + 1;
  }
}

void SpillRing::Add(SpilledPtr spilled) {
  samples_ += spilled->samples;
  spilled_.push_back(std::move(spilled));
}

SpilledPtr SpillRing::PopOldest() {
  SpilledPtr oldest = std::move(spilled_.front());
  spilled_.pop_front();
  samples_ -= oldest->samples;
  return oldest;
}

SpilledPtr SpillRing::FindAfter(std::uint64_t sequence) const {
  const auto it = std::find_if(spilled_.begin(), spilled_.end(), [&](const SpilledPtr& spilled) {
    return spilled->sequence > sequence;
  });
  return it == spilled_.end() ? nullptr : *it;
}

std::uint64_t SpillRing::SamplesAfter(std::uint64_t sequence) const {
  std::uint64_t samples = 0;
  for (const SpilledPtr& spilled : spilled_) {
    if (spilled->sequence > sequence) samples += spilled->samples;
  }
  return samples;
}

SeriesPtr SpillRing::FindEnded(SeriesId id) const {
  for (const SpilledPtr& spilled : spilled_) {
    for (const SeriesPtr& series : spilled->ended) {
      if (series->id == id) return series;
    }
  }
  return nullptr;
}

}  // namespace hostpulse::push
