#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "push/queue/dictionary_coder.h"
#include "push/queue/living_set.h"
#include "push/queue/queue.h"
#include "push/queue/zstd_frame.h"

namespace hostpulse::push {

inline constexpr std::uint32_t kKeyInterval = 60;  // Collections from one KEY record to the next.
inline constexpr std::size_t kMostContent = std::size_t{64} << 20;  // Of a payload, uncompressed.

struct CodedCollection {
  std::string_view payload;  // Valid until the next call of the encoder.
  std::uint16_t flags = 0;
  SeriesId next_id = 0;
};

// Turns collections into the payloads of records, see FORMAT.md. Allocates only where more series
// than ever live, and for new ones. Not thread safe.
class CollectionEncoder {
 public:
  // `living` before the first collection, ascending by id; `next_id` above every id of the log.
  void Start(const std::vector<SeriesPtr>& living, SeriesId next_id);

  // The next record is the first of a segment.
  void StartSegment() { records_ = 0; }

  // Codes a collection. Commit() says that it is in the segment now. Without, the next one, which
  // may be the same again, is a KEY.
  // Errors: kInvalid where ids do not ascend or do not live, or where it is too large.
  Result<CodedCollection> Encode(const Collection& collection);
  void Commit();

  // A collection that will never be written: what comes and goes with it does so all the same.
  void Skip(std::span<const SeriesPtr> added, std::span<const SeriesId> gone);

 private:
  Status Check(const Collection& collection) const;
  void Add(std::span<const SeriesPtr> added);
  void PutDictionary(const Collection& collection, bool key, bool full);
  void PutLiving();
  void PutAbsent(const Collection& collection);
  void PutGone(const Collection& collection);
  void PutValues(const Collection& collection);

  LivingSet living_;
  SeriesId next_id_ = 1;
  std::uint32_t records_ = 0;  // In the segment.
  bool key_due_ = false;
  std::vector<SeriesId> gone_;      // With the collection that was coded last.
  std::vector<SeriesId> to_erase_;  // With the one that was committed last.
  std::vector<SeriesPtr> sorted_;
  std::vector<SeriesPtr> described_;
  DictionaryWriter dictionary_;
  ValueBytes values_;
  std::string content_;
  FrameCompressor compressor_;
};

}  // namespace hostpulse::push
