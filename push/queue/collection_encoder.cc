#include "push/queue/collection_encoder.h"

#include <algorithm>

#include "push/queue/bytes.h"
#include "push/queue/record.h"

namespace hostpulse::push {

void CollectionEncoder::Start(const std::vector<SeriesPtr>& living, SeriesId next_id) {
  living_.Clear();
  living_.Merge(living);
  next_id_ = next_id;
  records_ = 0;
  gone_.clear();
  to_erase_.clear();
}

Result<CodedCollection> CollectionEncoder::Encode(const Collection& collection) {
  living_.Erase(to_erase_);
  to_erase_.clear();
  Add(collection.added);
  gone_.clear();
  const bool key = key_due_ || records_ % kKeyInterval == 0;
  // What is refused from here on has changed what the next one would be coded against.
  key_due_ = true;
  if (Status status = Check(collection); !status.ok()) return status;

  CodedCollection coded;
  // Twice in a segment, so that damage to either leaves the other.
  const bool full = records_ == 0 || records_ == kKeyInterval;
  if (key) {
    coded.flags = full ? kKeyFlag | kFullFlag : kKeyFlag;
    for (LivingSeries& series : living_.items()) {
      series.state = {};
      series.fresh = series.fresh && records_ > 0;
    }
  }
  content_.clear();
  PutDictionary(collection, key, full);
  if (key) PutLiving();
  PutAbsent(collection);
  PutGone(collection);
  PutValues(collection);
  if (content_.size() > kMostContent) {
    return {ErrorCode::kInvalid, "a collection is larger than a record may be"};
  }
  coded.payload = compressor_.Compress(content_);
  if (coded.payload.empty()) {
    coded.payload = content_;
  } else {
    coded.flags |= kZstdFlag;
  }
  if (coded.payload.size() > kMostPayload) {
    return {ErrorCode::kInvalid, "a collection is larger than a record may be"};
  }
  coded.next_id = next_id_;
  gone_.assign(collection.gone.begin(), collection.gone.end());
  return coded;
}

void CollectionEncoder::Commit() {
  ++records_;
  key_due_ = false;
  std::swap(to_erase_, gone_);
}

void CollectionEncoder::Skip(std::span<const SeriesPtr> added, std::span<const SeriesId> gone) {
  living_.Erase(to_erase_);
  to_erase_.clear();
  Add(added);
  living_.Erase(gone);
  key_due_ = true;
}

// A series without an entry could not be read back, so it is refused.
Status CollectionEncoder::Check(const Collection& collection) const {
  const auto lives = [this](auto ids, auto id_of) {
    std::size_t at = 0;
    const auto& items = living_.items();
    return std::all_of(ids.begin(), ids.end(), [&](const auto& one) {
      while (at < items.size() && items[at].id < id_of(one)) ++at;
      return at < items.size() && items[at++].id == id_of(one);
    });
  };
  const bool fine = living_.size() <= kMostSeries &&
                    lives(collection.values, [](const SeriesValue& value) { return value.id; }) &&
                    lives(collection.gone, [](SeriesId id) { return id; });
  if (fine) return {};
  return {ErrorCode::kInvalid, "a collection has series out of order, unknown, or too many"};
}

void CollectionEncoder::Add(std::span<const SeriesPtr> added) {
  if (added.empty()) return;
  sorted_.assign(added.begin(), added.end());
  const auto by_id = [](const SeriesPtr& a, const SeriesPtr& b) { return a->id < b->id; };
  std::stable_sort(sorted_.begin(), sorted_.end(), by_id);
  // Of several with one id the last one holds.
  const auto same = [](const SeriesPtr& a, const SeriesPtr& b) { return a->id == b->id; };
  const auto first = std::unique(sorted_.rbegin(), sorted_.rend(), same).base();
  living_.Merge({first, sorted_.end()});
  next_id_ = std::max(next_id_, sorted_.back()->id + 1);
  sorted_.clear();
}

void CollectionEncoder::PutDictionary(const Collection& collection, bool key, bool full) {
  described_.clear();
  if (key) {
    for (const LivingSeries& series : living_.items()) {
      if (full || series.fresh) described_.push_back(series.series);
    }
  } else if (!collection.added.empty()) {
    sorted_.assign(collection.added.begin(), collection.added.end());
    std::sort(sorted_.begin(), sorted_.end(),
              [](const SeriesPtr& a, const SeriesPtr& b) { return a->id < b->id; });
    for (const SeriesPtr& series : sorted_) {
      if (described_.empty() || described_.back()->id != series->id) {
        described_.push_back(living_.Find(series->id)->series);
      }
    }
    sorted_.clear();
  }
  dictionary_.Write(described_, collection.timestamp_ms, content_);
  described_.clear();
}

void CollectionEncoder::PutLiving() {
  const auto& items = living_.items();
  std::size_t runs = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i == 0 || items[i].id != items[i - 1].id + 1) ++runs;
  }
  PutVarint(content_, runs);
  SeriesId next = 0;
  for (std::size_t i = 0; i < items.size();) {
    std::size_t end = i + 1;
    while (end < items.size() && items[end].id == items[end - 1].id + 1) ++end;
    PutVarint(content_, items[i].id - next);
    PutVarint(content_, end - i);
    next = items[end - 1].id + 1;
    i = end;
  }
}

void CollectionEncoder::PutAbsent(const Collection& collection) {
  PutVarint(content_, living_.size() - collection.values.size());
  std::size_t position = 0;
  std::size_t next = 0;
  auto value = collection.values.begin();
  for (const LivingSeries& series : living_.items()) {
    if (value != collection.values.end() && value->id == series.id) {
      ++value;
    } else {
      PutVarint(content_, position - next);
      next = position + 1;
    }
    ++position;
  }
}

void CollectionEncoder::PutGone(const Collection& collection) {
  PutVarint(content_, collection.gone.size());
  SeriesId next = 0;
  for (const SeriesId id : collection.gone) {
    PutVarint(content_, id - next);
    next = id + 1;
  }
}

void CollectionEncoder::PutValues(const Collection& collection) {
  values_.clear();
  auto series = living_.items().begin();
  for (const SeriesValue& value : collection.values) {
    while (series->id != value.id) ++series;
    EncodeValue(series->state, value.value, values_);
  }
  content_ += values_.heads;
  content_ += values_.tails;
}

}  // namespace hostpulse::push
