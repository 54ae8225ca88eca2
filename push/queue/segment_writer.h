#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/unique_fd.h"
#include "push/queue/queue_directory.h"
#include "push/queue/record.h"

namespace hostpulse::push {

// Writes one segment after the other, a record by one pwrite. What fails is given as -errno, and
// the segment must then be given up. One thread.
class SegmentWriter {
 public:
  explicit SegmentWriter(const QueueDirectory& directory) : directory_(directory) {}

  // Makes a segment whose records have `header.base` at least. `durable` waits until it survives a
  // power failure.
  int Begin(const SegmentHeader& header, bool durable);

  // Writes a record behind the others. Of `header`, payload_size, payload_crc and salt are set
  // here.
  int Append(RecordHeader header, std::string_view payload);
  int Sync();

  // Lets go of a segment that is finished.
  void Close() { fd_.reset(); }
  // Cuts off what was written since `good_size`, as far as that is possible, and lets go of it;
  // without records it is removed.
  void Abandon(std::uint64_t good_size);

  bool is_open() const { return static_cast<bool>(fd_); }
  std::uint64_t size() const { return size_; }
  std::uint64_t base() const { return header_.base; }

 private:
  const QueueDirectory& directory_;
  UniqueFd fd_;
  SegmentHeader header_;
  std::uint64_t size_ = 0;
  std::string buffer_;
};

}  // namespace hostpulse::push
