#include "push/queue/chunk.h"

#include <bit>
#include <utility>

namespace hostpulse::push {
namespace {

void PutVarint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

// Reads what PutVarint and PutBits wrote; the bytes are our own and need no distrust.
class ByteReader {
 public:
  explicit ByteReader(const char* at) : at_(reinterpret_cast<const unsigned char*>(at)) {}

  std::uint64_t Varint() {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const unsigned char byte = *at_++;
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
  }

  std::uint64_t Bits() {
    const unsigned char shape = *at_++;
    std::uint64_t bits = 0;
    for (int byte = shape >> 4; byte > 0; --byte) bits = bits << 8 | *at_++;
    return bits << (8 * (shape & 0xf));
  }

 private:
  const unsigned char* at_;
};

// A number that is not zero without the zero bytes at both of its ends: how many bytes there are
// and how many zero ones follow, then the bytes.
void PutBits(std::string& out, std::uint64_t bits) {
  const int zeros = std::countr_zero(bits) / 8;
  const int length = 8 - std::countl_zero(bits) / 8 - zeros;
  out += static_cast<char>(length << 4 | zeros);
  for (int byte = zeros + length - 1; byte >= zeros; --byte) {
    out += static_cast<char>(bits >> (8 * byte));
  }
}

// Walks the values of the collection before beside those of the current one, both ascending by id.
class Before {
 public:
  explicit Before(const std::vector<SeriesValue>& values) : values_(values) {}

  // The bits the series had; 0 where it had none.
  std::uint64_t Bits(SeriesId id) {
    while (at_ < values_.size() && values_[at_].id < id) ++at_;
    const bool found = at_ < values_.size() && values_[at_].id == id;
    return found ? std::bit_cast<std::uint64_t>(values_[at_].value) : 0;
  }

 private:
  const std::vector<SeriesValue>& values_;
  std::size_t at_ = 0;
};

}  // namespace

void Chunk::Start(std::uint64_t first_sequence) {
  first_sequence_ = first_sequence;
  bytes_.clear();
  infos_.clear();
  gone_.clear();
  previous_.clear();
}

// values, gone, then for each value its distance in ids with a bit for "changed" and the changed
// bits, then the distances of the series that are gone.
void Chunk::Add(const Collection& collection) {
  infos_.push_back({collection.timestamp_ms, static_cast<std::uint32_t>(collection.samples()),
                    static_cast<std::uint32_t>(bytes_.size())});
  PutVarint(bytes_, collection.values.size());
  PutVarint(bytes_, collection.gone.size());
  Before before(previous_);
  SeriesId next = 0;
  for (const SeriesValue& value : collection.values) {
    const std::uint64_t change = std::bit_cast<std::uint64_t>(value.value) ^ before.Bits(value.id);
    PutVarint(bytes_, std::uint64_t{value.id - next} << 1 | (change != 0 ? 1 : 0));
    if (change != 0) PutBits(bytes_, change);
    next = value.id + 1;
  }
  next = 0;
  for (const SeriesId id : collection.gone) {
    PutVarint(bytes_, id - next);
    next = id + 1;
  }
  gone_.insert(gone_.end(), collection.gone.begin(), collection.gone.end());
  previous_.assign(collection.values.begin(), collection.values.end());
}

void ChunkReader::Start(const Chunk& chunk) {
  chunk_ = &chunk;
  first_sequence_ = chunk.first_sequence_;
  next_ = 0;
  values_.clear();
}

bool ChunkReader::Next() {
  if (next_ == chunk_->infos_.size()) return false;
  ByteReader bytes(chunk_->bytes_.data() + chunk_->infos_[next_].offset);
  ++next_;
  std::swap(values_, previous_);
  values_.resize(bytes.Varint());
  gone_.resize(bytes.Varint());
  Before before(previous_);
  SeriesId next = 0;
  for (SeriesValue& value : values_) {
    const std::uint64_t tag = bytes.Varint();
    value.id = next + static_cast<SeriesId>(tag >> 1);
    const std::uint64_t change = (tag & 1) != 0 ? bytes.Bits() : 0;
    value.value = std::bit_cast<double>(before.Bits(value.id) ^ change);
    next = value.id + 1;
  }
  next = 0;
  for (SeriesId& id : gone_) {
    id = next + static_cast<SeriesId>(bytes.Varint());
    next = id + 1;
  }
  return true;
}

}  // namespace hostpulse::push
