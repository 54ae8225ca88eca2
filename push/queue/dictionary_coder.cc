#include "push/queue/dictionary_coder.h"

#include <algorithm>
#include <limits>

namespace hostpulse::push {
namespace {

// Types by their number on disk.
constexpr std::array<prometheus::MetricType, 5> kTypes = {
    prometheus::MetricType::Counter, prometheus::MetricType::Gauge, prometheus::MetricType::Summary,
    prometheus::MetricType::Untyped, prometheus::MetricType::Histogram};

char TypeNumber(prometheus::MetricType type) {
  const auto it = std::find(kTypes.begin(), kTypes.end(), type);
  return static_cast<char>(it - kTypes.begin());
}

void PutFamily(std::string& out, const SeriesFamily& family) {
  PutString(out, family.name);
  out += TypeNumber(family.type);
  PutString(out, family.help);
  PutString(out, family.unit);
}

const SeriesFamily& FamilyOf(const Series& series) {
  static const SeriesFamily kNone;
  return series.family != nullptr ? *series.family : kNone;
}

// Differences of times from a disk may be anything.
std::int64_t Plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
std::int64_t Minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

}  // namespace

void DictionaryWriter::Write(std::span<const SeriesPtr> series, std::int64_t timestamp_ms,
                             std::string& out) {
  families_.clear();
  std::string families;
  std::string entries;
  SeriesId next = 0;
  for (const SeriesPtr& one : series) {
    const SeriesFamily& family = FamilyOf(*one);
    const auto [it, is_new] = families_.emplace(&family, families_.size());
    if (is_new) PutFamily(families, family);
    PutVarint(entries, one->id - next);
    PutVarint(entries, it->second);
    PutVarint(entries, ZigZag(Minus(one->start_ms, timestamp_ms)));
    PutVarint(entries, one->labels.size());
    for (const Label& label : one->labels) {
      PutString(entries, label.name);
      PutString(entries, label.value);
    }
    next = one->id + 1;
  }
  PutVarint(out, families_.size());
  out += families;
  PutVarint(out, series.size());
  out += entries;
}

std::span<const SeriesPtr> DictionaryReader::Read(ByteReader& in, std::int64_t timestamp_ms,
                                                  std::span<const SeriesPool* const> pools) {
  series_.clear();
  ReadFamilies(in);
  const std::size_t entries = in.Count();
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < entries; ++i) {
    const std::uint64_t id = next + in.Varint();
    if (id < next || id > std::numeric_limits<SeriesId>::max()) in.Fail();
    if (!ReadEntry(in, timestamp_ms)) return {};
    entry_.id = static_cast<SeriesId>(id);
    next = id + 1;
    SeriesPtr found;
    for (const SeriesPool* pool : pools) {
      found = pool->Find(entry_.id);
      if (found != nullptr && Describes(*found)) break;
      found = nullptr;
    }
    series_.push_back(found != nullptr ? std::move(found) : Make());
  }
  return series_;
}

void DictionaryReader::ReadFamilies(ByteReader& in) {
  families_.clear();
  const std::size_t count = in.Count();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    Family& family = families_.emplace_back();
    family.name = in.String();
    const std::uint8_t type = in.Byte();
    if (type >= kTypes.size()) in.Fail();
    family.type = kTypes[std::min<std::size_t>(type, kTypes.size() - 1)];
    family.help = in.String();
    family.unit = in.String();
  }
}

// All but the id. False where there is none.
bool DictionaryReader::ReadEntry(ByteReader& in, std::int64_t timestamp_ms) {
  const std::uint64_t family = in.Varint();
  if (family >= families_.size()) in.Fail();
  entry_.start_ms = Plus(timestamp_ms, in.Signed());
  entry_.labels.clear();
  const std::size_t labels = in.Count();
  for (std::size_t i = 0; i < labels && in.ok(); ++i) {
    const std::string_view name = in.String();
    entry_.labels.emplace_back(name, in.String());
  }
  if (!in.ok()) return false;
  entry_.family = &families_[family];
  return true;
}

bool DictionaryReader::Describes(const Series& series) const {
  const SeriesFamily& family = FamilyOf(series);
  return series.start_ms == entry_.start_ms &&
         std::equal(series.labels.begin(), series.labels.end(), entry_.labels.begin(),
                    entry_.labels.end(),
                    [](const Label& label, const auto& entry) {
                      return label.name == entry.first && label.value == entry.second;
                    }) &&
         family.name == entry_.family->name && family.type == entry_.family->type &&
         family.help == entry_.family->help && family.unit == entry_.family->unit;
}

SeriesPtr DictionaryReader::Make() {
  Family& family = *entry_.family;
  if (family.made == nullptr) {
    family.made = std::make_shared<const SeriesFamily>(SeriesFamily{
        std::string(family.name), family.type, std::string(family.help), std::string(family.unit)});
  }
  auto series = std::make_shared<Series>();
  series->id = entry_.id;
  series->start_ms = entry_.start_ms;
  series->family = family.made;
  series->labels.reserve(entry_.labels.size());
  for (const auto& [name, value] : entry_.labels) {
    series->labels.push_back({std::string(name), std::string(value)});
  }
  return series;
}

}  // namespace hostpulse::push
