#include "push/queue/collection_decoder.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>

#include "push/queue/bytes.h"
#include "push/queue/collection_encoder.h"
#include "push/series_table.h"

namespace hostpulse::push {

SeriesPtr CollectionDecoder::OwnPool::Find(SeriesId id) const {
  const LivingSeries* const found = living_.Find(id);
  return found != nullptr ? found->series : nullptr;
}

bool CollectionDecoder::Decode(const RecordHeader& header, std::string_view payload) {
  values_.clear();
  gone_.clear();
  std::optional<std::string_view> content = payload;
  if ((header.flags & kZstdFlag) != 0) content = decompressor_.Decompress(payload, kMostContent);
  const bool may_follow = header.full() || usable_;
  usable_ = may_follow && content && DecodeContent(header, *content) &&
            values_.size() + gone_.size() == header.samples;
  if (!usable_) {
    values_.clear();
    gone_.clear();
  }
  return usable_;
}

std::vector<SeriesPtr> CollectionDecoder::Living() const {
  std::vector<SeriesPtr> living;
  if (!usable_) return living;
  for (const LivingSeries& item : living_.items()) {
    if (!std::binary_search(gone_ids_.begin(), gone_ids_.end(), item.id)) {
      living.push_back(item.series);
    }
  }
  return living;
}

bool CollectionDecoder::DecodeContent(const RecordHeader& header, std::string_view content) {
  ByteReader in(content);
  ReadDictionary(header, in);
  if (in.ok() && header.key()) ReadLiving(in);
  if (in.ok()) ReadAbsent(in);
  if (in.ok()) ReadGone(in);
  if (in.ok()) ReadValues(in);
  return in.ok() && in.rest().empty();
}

void CollectionDecoder::ReadDictionary(const RecordHeader& header, ByteReader& in) {
  if (usable_) living_.Erase(gone_ids_);
  gone_ids_.clear();
  const std::array<const SeriesPool*, 2> pools = {&own_, shared_};
  const std::span<const SeriesPtr> entries =
      dictionary_.Read(in, header.timestamp_ms, std::span(pools).first(shared_ != nullptr ? 2 : 1));
  if (!in.ok()) return;
  replaced_ = false;
  for (const SeriesPtr& entry : entries) {
    const LivingSeries* const known = living_.Find(entry->id);
    replaced_ = replaced_ || (known != nullptr && known->series != entry);
  }
  if (header.full()) living_.Clear();
  living_.Merge(entries);
  if (living_.size() > kMostSeries) in.Fail();
}

// Leaves only those of the living that the record names, all of which must be known.
void CollectionDecoder::ReadLiving(ByteReader& in) {
  std::vector<LivingSeries>& items = living_.items();
  const std::size_t runs = in.Count();
  std::uint64_t next = 0;
  std::size_t kept = 0;
  std::size_t at = 0;
  for (std::size_t run = 0; run < runs && in.ok(); ++run) {
    const std::uint64_t distance = in.Varint();
    const std::uint64_t length = in.Varint();
    if (distance > std::numeric_limits<SeriesId>::max() || length > items.size()) in.Fail();
    const std::uint64_t first = next + distance;
    next = first + length;
    while (at < items.size() && items[at].id < first) ++at;
    for (std::uint64_t id = first; id < next && in.ok(); ++id, ++at, ++kept) {
      if (at >= items.size() || items[at].id != id) {
        in.Fail();
        return;
      }
      if (kept != at) items[kept] = std::move(items[at]);
    }
  }
  items.resize(kept);
  for (LivingSeries& item : items) item.state = {};
}

void CollectionDecoder::ReadAbsent(ByteReader& in) {
  absent_.clear();
  const std::size_t count = in.Count();
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const std::uint64_t distance = in.Varint();
    if (distance >= living_.size() || next + distance >= living_.size()) {
      in.Fail();
      return;
    }
    absent_.push_back(next + distance);
    next += distance + 1;
  }
}

void CollectionDecoder::ReadGone(ByteReader& in) {
  const std::size_t count = in.Count();
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const std::uint64_t id = next + in.Varint();
    const LivingSeries* const series = id >= next && id <= std::numeric_limits<SeriesId>::max()
                                           ? living_.Find(static_cast<SeriesId>(id))
                                           : nullptr;
    if (series == nullptr) {
      in.Fail();
      return;
    }
    gone_ids_.push_back(series->id);
    gone_.push_back({series->id, &series->series, std::bit_cast<double>(kStalenessBits)});
    next = id + 1;
  }
}

void CollectionDecoder::ReadValues(ByteReader& in) {
  std::vector<LivingSeries>& items = living_.items();
  const std::string_view heads = in.Take(items.size() - absent_.size());
  if (!in.ok()) return;
  auto head = heads.begin();
  auto absent = absent_.begin();
  for (std::size_t at = 0; at < items.size(); ++at) {
    if (absent != absent_.end() && *absent == at) {
      ++absent;
      continue;
    }
    const double value = DecodeValue(items[at].state, static_cast<std::uint8_t>(*head++), in);
    values_.push_back({items[at].id, &items[at].series, value});
  }
}

}  // namespace hostpulse::push
