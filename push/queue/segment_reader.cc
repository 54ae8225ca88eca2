#include "push/queue/segment_reader.h"

#include <algorithm>
#include <utility>

#include "push/queue/crc32c.h"

namespace hostpulse::push {

int SegmentReader::Open(UniqueFd fd, std::uint64_t end) {
  Close();
  fd_ = std::move(fd);
  end_ = end;
  std::string_view bytes;
  const Found found = Fetch(0, std::min<std::uint64_t>(kSegmentHeaderSize, end), bytes);
  if (found == Found::kFailed) {
    Close();
    return error_;
  }
  header_state_ = DecodeSegmentHeader(bytes, header_);
  salt_known_ = header_state_ == HeaderState::kValid;
  offset_ = kSegmentHeaderSize;
  return 0;
}

void SegmentReader::Close() {
  fd_.reset();
  end_ = 0;
  offset_ = 0;
  buffer_size_ = 0;
  damaged_records_ = 0;
  skipped_bytes_ = 0;
}

SegmentReader::Step SegmentReader::Next() {
  while (offset_ < end_) {
    switch (TryRecord()) {
      case Found::kRecord:
        return Step::kRecord;
      case Found::kFailed:
        return Step::kFailed;
      case Found::kNone:
        break;
    }
  }
  return Step::kEnd;
}

// Looks at one offset and moves behind what is there.
SegmentReader::Found SegmentReader::TryRecord() {
  std::string_view bytes;
  Found found = Fetch(offset_, kRecordHeaderSize, bytes);
  if (found == Found::kFailed) return found;
  const bool framed = found == Found::kRecord && DecodeRecordHeader(bytes, offset_, record_) &&
                      (!salt_known_ || record_.salt == header_.salt) &&
                      record_.size() <= end_ - offset_;
  if (framed) found = Fetch(offset_, record_.size(), bytes);
  if (found == Found::kFailed) return found;
  if (!framed || found == Found::kNone) {
    skipped_bytes_ += std::min<std::uint64_t>(8, end_ - offset_);
    offset_ += 8;
    return Found::kNone;
  }
  header_.salt = record_.salt;
  salt_known_ = true;
  payload_ = bytes.substr(kRecordHeaderSize, record_.payload_size);
  if (Crc32c(payload_, record_.salt) != record_.payload_crc) {
    ++damaged_records_;
    offset_ += kRecordHeaderSize;  // The length may be what is wrong.
    return Found::kNone;
  }
  record_offset_ = offset_;
  offset_ += record_.size();
  return Found::kRecord;
}

// So many bytes of the file, or kNone where it is shorter.
SegmentReader::Found SegmentReader::Fetch(std::uint64_t offset, std::size_t size,
                                          std::string_view& bytes) {
  if (size > end_ - offset) return Found::kNone;
  if (offset < buffer_offset_ || offset + size > buffer_offset_ + buffer_size_) {
    const auto want =
        static_cast<std::size_t>(std::min<std::uint64_t>(std::max(size, window_), end_ - offset));
    if (buffer_.size() < want) buffer_.resize(want);
    buffer_size_ = 0;
    const ssize_t got = ReadUpTo(io_, fd_.get(), buffer_.data(), want, offset);
    if (got < 0) {
      error_ = static_cast<int>(got);
      return Found::kFailed;
    }
    buffer_offset_ = offset;
    buffer_size_ = static_cast<std::size_t>(got);
    if (buffer_size_ < size) return Found::kNone;
  }
  bytes = std::string_view(buffer_).substr(static_cast<std::size_t>(offset - buffer_offset_), size);
  return Found::kRecord;
}

}  // namespace hostpulse::push
