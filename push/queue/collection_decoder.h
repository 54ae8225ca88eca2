#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "push/queue/batch_builder.h"
#include "push/queue/dictionary_coder.h"
#include "push/queue/living_set.h"
#include "push/queue/record.h"
#include "push/queue/zstd_frame.h"

namespace hostpulse::push {

// Turns the payloads of a segment's records back into collections, in their order. Takes any bytes:
// what is not a payload is refused. Not thread safe.
class CollectionDecoder {
 public:
  // `shared` has series that need not be made again; nullptr: none. It outlives the decoder.
  explicit CollectionDecoder(const SeriesPool* shared = nullptr) : own_(living_), shared_(shared) {}

  // Another segment begins. What it knew of series is kept only to share them.
  void StartSegment() { usable_ = false; }

  // Decodes the record that follows the one decoded last, or a KEY (see RecordChain for which may
  // be decoded at all). False where the payload is not what the format promises; then only a FULL
  // record can follow.
  bool Decode(const RecordHeader& header, std::string_view payload);

  // Of the last record, valid until the next call. All ascend by id.
  std::span<const SeriesSample> values() const { return values_; }
  std::span<const SeriesSample> gone() const { return gone_; }  // With staleness markers.
  // Whether an entry took the place of another series' one.
  bool replaced() const { return replaced_; }

  // The series that live after the last record.
  std::vector<SeriesPtr> Living() const;

 private:
  class OwnPool final : public SeriesPool {
   public:
    explicit OwnPool(const LivingSet& living) : living_(living) {}
    SeriesPtr Find(SeriesId id) const override;

   private:
    const LivingSet& living_;
  };

  bool DecodeContent(const RecordHeader& header, std::string_view content);
  void ReadDictionary(const RecordHeader& header, ByteReader& in);
  void ReadLiving(ByteReader& in);
  void ReadAbsent(ByteReader& in);
  void ReadGone(ByteReader& in);
  void ReadValues(ByteReader& in);

  LivingSet living_;
  OwnPool own_;
  const SeriesPool* shared_;
  FrameDecompressor decompressor_;
  DictionaryReader dictionary_;
  bool usable_ = false;  // living_ is that of this segment.
  bool replaced_ = false;
  std::vector<std::size_t> absent_;  // Positions in living_.
  std::vector<SeriesId> gone_ids_;
  std::vector<SeriesSample> values_;
  std::vector<SeriesSample> gone_;
};

}  // namespace hostpulse::push
