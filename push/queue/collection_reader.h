#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "push/queue/collection_decoder.h"
#include "push/queue/queue_directory.h"
#include "push/queue/segment_reader.h"

namespace hostpulse::push {

// Walks the collections of one segment after the other. Not thread safe.
class CollectionReader {
 public:
  // `directory` and `shared` (see CollectionDecoder; may be nullptr) outlive it.
  CollectionReader(const QueueDirectory& directory, std::size_t window, const SeriesPool* shared)
      : directory_(directory), reader_(directory.io(), window), decoder_(shared) {}

  // Goes to the beginning of a segment and reads up to `end` from there. Returns 0 or -errno.
  int Open(std::uint64_t base, std::uint64_t end);
  // The same of a segment under any name.
  int Open(const std::string& name, std::uint64_t end);
  void Close();

  // The segment it is in; 0: none.
  std::uint64_t base() const { return base_; }
  void set_end(std::uint64_t end) { reader_.set_end(end); }

  // Goes to the next collection that can be read.
  SegmentReader::Step Next();

  const SegmentReader& segment() const { return reader_; }
  const RecordHeader& record() const { return reader_.record(); }
  const CollectionDecoder& collection() const { return decoder_; }
  // Records of this segment that are undamaged but need ones that are not there.
  std::uint64_t unreadable_records() const { return unreadable_records_; }

 private:
  const QueueDirectory& directory_;
  SegmentReader reader_;
  RecordChain chain_;
  CollectionDecoder decoder_;
  std::uint64_t base_ = 0;
  std::uint64_t unreadable_records_ = 0;
};

}  // namespace hostpulse::push
