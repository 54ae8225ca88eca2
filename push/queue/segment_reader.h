#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/unique_fd.h"
#include "push/queue/file_io.h"
#include "push/queue/record.h"

namespace hostpulse::push {

// Walks the undamaged records of one segment by the rules of FORMAT.md: over what is damaged it
// looks on for the next one. Holds a window of the file, never the whole. Not thread safe.
class SegmentReader {
 public:
  // `io` outlives it. The window grows to the largest record met.
  SegmentReader(FileIo& io, std::size_t window) : io_(io), window_(window) {}

  // Takes a file and reads its header; records follow from its end on, up to `end`.
  // Returns 0, or -errno; then it holds no file.
  int Open(UniqueFd fd, std::uint64_t end);
  void Close();

  HeaderState header_state() const { return header_state_; }
  const SegmentHeader& header() const { return header_; }

  // The file has grown.
  void set_end(std::uint64_t end) { end_ = end; }

  enum class Step { kRecord, kEnd, kFailed };
  // Goes to the next record. After kEnd it can go on when the file has grown; kFailed is a refusal
  // of the system (see error) and may be tried again.
  Step Next();

  // Of the record that Next found, valid until the next call.
  const RecordHeader& record() const { return record_; }
  std::string_view payload() const { return payload_; }
  std::uint64_t offset() const { return record_offset_; }

  int error() const { return error_; }  // -errno.
  // So far: records whose payload was damaged, and bytes that belong to no record.
  std::uint64_t damaged_records() const { return damaged_records_; }
  std::uint64_t skipped_bytes() const { return skipped_bytes_; }

 private:
  enum class Found { kRecord, kNone, kFailed };
  Found TryRecord();
  Found Fetch(std::uint64_t offset, std::size_t size, std::string_view& bytes);

  FileIo& io_;
  const std::size_t window_;
  UniqueFd fd_;
  HeaderState header_state_ = HeaderState::kDamaged;
  SegmentHeader header_;
  bool salt_known_ = false;
  std::uint64_t offset_ = 0;
  std::uint64_t end_ = 0;

  std::string buffer_;
  std::uint64_t buffer_offset_ = 0;
  std::size_t buffer_size_ = 0;

  RecordHeader record_;
  std::string_view payload_;
  std::uint64_t record_offset_ = 0;
  int error_ = 0;
  std::uint64_t damaged_records_ = 0;
  std::uint64_t skipped_bytes_ = 0;
};

}  // namespace hostpulse::push
