// A segment file of any bytes through the reader, and its records through the decoder.

#include <cstdlib>
#include <string_view>

#include "push/queue/collection_decoder.h"
#include "push/queue/file_io.h"
#include "push/queue/record.h"
#include "push/queue/segment_reader.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/sample_queue.h"
#include "tests/support/memory_file.h"

using namespace hostpulse;  // NOLINT(google-build-using-namespace): the entry stands outside of it.
using namespace hostpulse::push;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  SegmentReader reader(SystemFileIo(), 4096);
  if (reader.Open(test::MemoryFile(input), size) != 0) return 0;
  RecordChain chain;
  CollectionDecoder decoder;
  decoder.StartSegment();
  std::uint64_t before = 0;
  while (reader.Next() == SegmentReader::Step::kRecord) {
    if (reader.offset() < before || reader.offset() + reader.record().size() > size + 7)
      std::abort();
    before = reader.offset() + 1;
    if (!chain.Follow(reader.record())) continue;
    if (!decoder.Decode(reader.record(), reader.payload())) continue;
    SeriesId last = 0;
    for (const auto& value : decoder.values()) {
      if (value.series == nullptr || *value.series == nullptr || (*value.series)->id <= last)
        std::abort();
      last = (*value.series)->id;
    }
  }
  return 0;
}

std::vector<std::string> hostpulse::fuzz::Seeds() {
  return SampleSegments();
}
