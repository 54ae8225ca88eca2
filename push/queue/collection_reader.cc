#include "push/queue/collection_reader.h"

#include <fcntl.h>

#include <utility>

namespace hostpulse::push {

int CollectionReader::Open(std::uint64_t base, std::uint64_t end) {
  const int error = Open(SegmentName(base), end);
  if (error == 0) base_ = base;
  return error;
}

int CollectionReader::Open(const std::string& name, std::uint64_t end) {
  Close();
  UniqueFd fd;
  const int error = directory_.OpenFile(name, O_RDONLY, fd);
  return error < 0 ? error : reader_.Open(std::move(fd), end);
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
