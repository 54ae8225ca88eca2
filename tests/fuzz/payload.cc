// Records of any content through the decoder, as if their checksums were right: a header of eight
// bytes (flags, next id, samples, size), then the payload, and the next one.

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "push/queue/collection_decoder.h"
#include "push/queue/file_io.h"
#include "push/queue/record.h"
#include "push/queue/segment_reader.h"
#include "push/queue/zstd_frame.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/sample_queue.h"
#include "tests/support/memory_file.h"

using namespace hostpulse;  // NOLINT(google-build-using-namespace): the entry stands outside of it.
using namespace hostpulse::push;

namespace {

struct Frame {
  std::uint8_t flags = 0;
  std::uint8_t unused = 0;
  std::uint16_t next_id = 0;
  std::uint16_t samples = 0;
  std::uint16_t size = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  CollectionDecoder decoder;
  decoder.StartSegment();
  std::uint64_t sequence = 1;
  for (std::size_t at = 0; at + sizeof(Frame) <= size;) {
    Frame frame;
    std::memcpy(&frame, data + at, sizeof frame);
    at += sizeof frame;
    const std::size_t payload = std::min<std::size_t>(frame.size, size - at);
    RecordHeader header;
    header.sequence = sequence++;
    header.timestamp_ms = static_cast<std::int64_t>(1000 * sequence);
    header.flags = frame.flags;
    header.next_id = frame.next_id;
    header.samples = frame.samples;
    header.payload_size = static_cast<std::uint32_t>(payload);
    if (decoder.Decode(header, {reinterpret_cast<const char*>(data + at), payload})) {
      SeriesId last = 0;
      for (const auto& value : decoder.values()) {
        if (value.series == nullptr || *value.series == nullptr || (*value.series)->id <= last)
          std::abort();
        last = (*value.series)->id;
      }
      if (decoder.Living().size() > size) std::abort();  // A series takes more than a byte.
    }
    at += payload;
  }
  return 0;
}

// The records of the sample without their compression, in which every mutation would end.
std::vector<std::string> hostpulse::fuzz::Seeds() {
  std::vector<std::string> seeds;
  for (const std::string& segment : SampleSegments()) {
    SegmentReader reader(SystemFileIo(), 4096);
    if (reader.Open(test::MemoryFile(segment), segment.size()) != 0) std::abort();
    FrameDecompressor decompressor;
    std::string seed;
    while (reader.Next() == SegmentReader::Step::kRecord) {
      std::string_view content = reader.payload();
      Frame frame;
      frame.flags = static_cast<std::uint8_t>(reader.record().flags);
      if ((frame.flags & kZstdFlag) != 0) {
        content = decompressor.Decompress(content, kMostPayload).value();
        frame.flags = static_cast<std::uint8_t>(frame.flags & ~kZstdFlag);
      }
      frame.next_id = static_cast<std::uint16_t>(reader.record().next_id);
      frame.samples = static_cast<std::uint16_t>(reader.record().samples);
      frame.size = static_cast<std::uint16_t>(content.size());
      seed.append(reinterpret_cast<const char*>(&frame), sizeof frame).append(content);
      if (seeds.size() < 3 && seed.size() > 100) seeds.push_back(seed);
    }
    seeds.push_back(seed);
  }
  return seeds;
}
