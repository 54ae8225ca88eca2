#include "push/series_table.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <functional>
#include <limits>
#include <utility>

namespace hostpulse::push {
namespace {

// Calls `piece` with everything that tells a sample of the source from others, in a fixed order.
template <typename F>
void ForEachPiece(const SampleView& sample, F piece) {
  piece(sample.family);
  piece(sample.suffix);
  for (const auto& label : sample.labels) {
    piece(std::string_view(label.name));
    piece(std::string_view(label.value));
  }
  piece(sample.extra_name);
  piece(sample.extra_value);
}

std::uint64_t HashOf(const SampleView& sample) {
  std::uint64_t hash = 0;
  ForEachPiece(sample, [&](std::string_view piece) {
    hash = std::rotl(hash, 23) * 0x9e3779b97f4a7c15 ^ std::hash<std::string_view>()(piece);
  });
  return hash;
}

// The pieces behind one another, each with its length in front, so that no two differ unseen.
std::string Pack(const SampleView& sample) {
  std::string packed;
  ForEachPiece(sample, [&](std::string_view piece) {
    const auto length = static_cast<std::uint32_t>(piece.size());
    packed.append(reinterpret_cast<const char*>(&length), sizeof length).append(piece);
  });
  return packed;
}

bool Matches(std::string_view packed, const SampleView& sample) {
  bool same = true;
  ForEachPiece(sample, [&](std::string_view piece) {
    const auto length = static_cast<std::uint32_t>(piece.size());
    same = same && packed.size() >= sizeof length + piece.size() &&
           packed.substr(0, sizeof length) ==
               std::string_view(reinterpret_cast<const char*>(&length), sizeof length) &&
           packed.substr(sizeof length, piece.size()) == piece;
    if (same) packed.remove_prefix(sizeof length + piece.size());
  });
  return same && packed.empty();
}

// Whether a series that is resumed says of itself what it said before. The time of the boot is
// worked out anew with each start, and not to the millisecond.
bool SameButForJitter(const Series& before, const Series& now) {
  constexpr std::int64_t kJitterMs = 10'000;
  const bool same_start = std::abs(before.start_ms - now.start_ms) <= kJitterMs ||
                          (before.start_ms > now.start_ms && now.start_ms > 0);
  return same_start && before.family->type == now.family->type &&
         before.family->help == now.family->help;
}

}  // namespace

double StalenessMarker() {
  return std::bit_cast<double>(kStalenessBits);
}

bool IsStalenessMarker(double value) {
  return std::bit_cast<std::uint64_t>(value) == kStalenessBits;
}

SeriesTable::SeriesTable(LabelSet labels, StartTimes starts)
    : labels_(std::move(labels)), starts_(starts) {}

void SeriesTable::Resume(std::vector<SeriesPtr> living, SeriesId next_id) {
  last_id_ = next_id - 1;
  for (SeriesPtr& series : living) resumed_.insert(std::move(series));
}

void SeriesTable::Begin(std::int64_t timestamp_ms) {
  ++cycle_;
  last_timestamp_ms_ = timestamp_ms_;
  timestamp_ms_ = timestamp_ms;
  at_ = 0;
  family_ = 0;
  known_ = 0;
  added_.clear();
  values_.clear();
  gone_.clear();
}

void SeriesTable::BeginFamily(const FamilyView& family) {
  const FamilyPlace place{family.version, at_};
  if (family_ == families_at_.size()) families_at_.emplace_back();
  FamilyPlace& last = families_at_[family_++];
  const bool same = family.version != 0 && last == place;
  known_ = same && at_ + family.metrics.size() <= order_.size() ? family.metrics.size() : 0;
  last = place;
}

double SeriesTable::Update(const FamilyView& family, const SampleView& sample) {
  double before = std::numeric_limits<double>::quiet_NaN();
  Entry* entry = Expected();
  if (known_ > 0) {
    --known_;
  } else if (entry == nullptr || !Matches(entry->identity, sample)) {
    const std::uint64_t hash = HashOf(sample);
    entry = Find(sample, hash);
    if (entry == nullptr) entry = &Insert(family, sample, hash);
    order_.resize(std::max(order_.size(), at_ + 1));
    order_[at_] = entry;
  }
  ++at_;
  if (entry->seen != 0) before = entry->value;
  entry->value = sample.value;
  entry->seen = cycle_;
  return before;
}

void SeriesTable::Finish(bool patient) {
  if (!std::exchange(sorted_, true)) {
    std::ranges::sort(live_, {}, [](const auto& entry) { return entry->series->id; });
  }
  for (const auto& entry : live_) {
    if (entry->shadowed) {
      Remove(*entry);  // The next cycle tries it again: the other one may have left by then.
    } else if (entry->seen == cycle_) {
      values_.push_back({entry->series->id, entry->value});
    } else if (!patient || entry->seen + 2 <= cycle_) {
      gone_.push_back(entry->series->id);
      Remove(*entry);
    }
  }
  // What left must not be expected any more.
  const auto left =
      std::erase_if(live_, [](const auto& entry) { return entry->series == nullptr; });
  if (left > 0) order_.clear();
  families_at_.resize(left > 0 ? 0 : family_);
  if (!resumed_.empty() && (!patient || cycle_ > 1)) EndResumed();
}

void SeriesTable::EndResumed() {
  for (const SeriesPtr& series : resumed_) gone_.push_back(series->id);
  std::ranges::sort(gone_);
  resumed_.clear();
}

Collection SeriesTable::collection() const {
  return {timestamp_ms_, added_, values_, gone_};
}

SeriesTable::Entry* SeriesTable::Find(const SampleView& sample, std::uint64_t hash) {
  const auto [first, last] = index_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (Matches(it->second->identity, sample)) return it->second;
  }
  return nullptr;
}

SeriesTable::Entry& SeriesTable::Insert(const FamilyView& family, const SampleView& sample,
                                        std::uint64_t hash) {
  auto entry = std::make_unique<Entry>();
  entry->identity = Pack(sample);
  entry->hash = hash;
  entry->series = SeriesOf(family, sample);
  entry->shadowed = !by_labels_.insert(entry->series.get()).second;
  if (entry->shadowed) std::erase(added_, entry->series);
  sorted_ = sorted_ && (live_.empty() || live_.back()->series->id < entry->series->id);
  index_.emplace(hash, entry.get());
  live_.push_back(std::move(entry));
  return *live_.back();
}

// One that lived before, or one that is new to the queue and goes into added_.
SeriesPtr SeriesTable::SeriesOf(const FamilyView& family, const SampleView& sample) {
  auto series = std::make_shared<Series>();
  series->labels = LabelsOf(sample);
  series->family = FamilyOf(family);
  series->start_ms = StartOf(family.name);
  const auto before = resumed_.find(series->labels);
  if (before == resumed_.end()) {
    series->id = ++last_id_;
  } else {
    SeriesPtr resumed = resumed_.extract(before).value();
    if (SameButForJitter(*resumed, *series)) return resumed;
    series->id = resumed->id;
  }
  added_.push_back(series);
  return series;
}

std::int64_t SeriesTable::StartOf(std::string_view family) const {
  if (cycle_ > 1) return last_timestamp_ms_;
  for (const std::string_view own : {"hostpulse_", "process_", "promhttp_"}) {
    if (family.starts_with(own)) return starts_.process_ms;
  }
  return starts_.boot_ms;
}

LabelSet SeriesTable::LabelsOf(const SampleView& sample) const {
  LabelSet labels;
  labels.reserve(sample.labels.size() + labels_.size() + 2);
  labels.push_back({std::string(kNameLabel), std::string(sample.family)});
  labels.back().value += sample.suffix;
  if (!sample.extra_name.empty()) {
    labels.push_back({std::string(sample.extra_name), std::string(sample.extra_value)});
  }
  for (const auto& label : sample.labels) labels.push_back({label.name, label.value});
  labels.insert(labels.end(), labels_.begin(), labels_.end());
  NormaliseLabels(labels);
  return labels;
}

const std::shared_ptr<const SeriesFamily>& SeriesTable::FamilyOf(const FamilyView& family) {
  auto& known = families_[std::string(family.name)];
  if (known == nullptr || known->type != family.type || known->help != family.help) {
    known = std::make_shared<const SeriesFamily>(SeriesFamily{std::string(family.name), family.type,
                                                              std::string(family.help),
                                                              std::string(UnitOf(family.name))});
  }
  return known;
}

void SeriesTable::Remove(Entry& entry) {
  const auto [first, last] = index_.equal_range(entry.hash);
  for (auto it = first; it != last; ++it) {
    if (it->second != &entry) continue;
    index_.erase(it);
    break;
  }
  if (!entry.shadowed) by_labels_.erase(entry.series.get());
  entry.series = nullptr;
}

}  // namespace hostpulse::push
