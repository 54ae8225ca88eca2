#include "push/queue/collection_reader.h"

#include <fcntl.h>

#include <utility>

namespace hostpulse::push {

int CollectionReader::Open(std::uint64_t base, std::uint64_t end) {
  Close();
  UniqueFd fd;
  int error = directory_.OpenFile(SegmentName(base), O_RDONLY, fd);
  if (error == 0) error = reader_.Open(std::move(fd), end);
  if (error < 0) return error;
  base_ = base;
  return 0;
}

void CollectionReader::Close() {
  reader_.Close();
  chain_.Start();
  decoder_.StartSegment();
  base_ = 0;
  unreadable_records_ = 0;
}

SegmentReader::Step CollectionReader::Next() {
  using Step = SegmentReader::Step;
  for (Step step = reader_.Next();; step = reader_.Next()) {
    if (step != Step::kRecord) return step;
    if (chain_.Follow(reader_.record()) && decoder_.Decode(reader_.record(), reader_.payload())) {
      return step;
    }
    ++unreadable_records_;
  }
}

}  // namespace hostpulse::push
