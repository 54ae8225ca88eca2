#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "push/queue/queue.h"

namespace hostpulse::push {

// What a chunk remembers of each of its collections beside the coded values.
struct CollectionInfo {
  std::int64_t timestamp_ms = 0;
  std::uint32_t samples = 0;
  std::uint32_t offset = 0;  // Of its bytes in the chunk.
};

// A few collections in a row, coded by what changes from one to the next: a repeated value takes
// one byte, a changed one two and the bytes that differ. The first is coded against nothing, so
// that each chunk can be read alone. Not thread safe.
class Chunk {
 public:
  // Empties it, keeping its storage.
  void Start(std::uint64_t first_sequence);

  void Add(const Collection& collection);

  std::uint64_t first_sequence() const { return first_sequence_; }
  std::uint64_t last_sequence() const { return first_sequence_ + infos_.size() - 1; }
  std::span<const CollectionInfo> infos() const { return infos_; }
  std::size_t bytes() const { return bytes_.size() + infos_.size() * sizeof(CollectionInfo); }
  const std::vector<SeriesId>& gone() const { return gone_; }

 private:
  friend class ChunkReader;

  std::uint64_t first_sequence_ = 0;
  std::string bytes_;
  std::vector<CollectionInfo> infos_;
  std::vector<SeriesId> gone_;         // Every series that ended in this chunk.
  std::vector<SeriesValue> previous_;  // What the next collection is coded against.
};

// Reads a chunk from its beginning, collection by collection. The chunk must hold still.
class ChunkReader {
 public:
  void Start(const Chunk& chunk);

  // Whether it stands behind this collection of this chunk, so that Next goes on after it.
  bool StandsAfter(const Chunk& chunk, std::uint64_t sequence) const {
    return chunk_ == &chunk && first_sequence_ == chunk.first_sequence_ && next_ > 0 &&
           this->sequence() == sequence;
  }

  // Moves on to the next collection; false at the end.
  bool Next();

  // Of the collection that Next moved to.
  const CollectionInfo& info() const { return chunk_->infos_[next_ - 1]; }
  std::uint64_t sequence() const { return first_sequence_ + next_ - 1; }
  std::span<const SeriesValue> values() const { return values_; }
  std::span<const SeriesId> gone() const { return gone_; }

 private:
  const Chunk* chunk_ = nullptr;
  std::uint64_t first_sequence_ = 0;  // Tells a chunk from a later one at the same address.
  std::size_t next_ = 0;
  std::vector<SeriesValue> values_;
  std::vector<SeriesValue> previous_;
  std::vector<SeriesId> gone_;
};

}  // namespace hostpulse::push
