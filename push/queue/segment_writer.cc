#include "push/queue/segment_writer.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "push/queue/crc32c.h"

namespace hostpulse::push {

int SegmentWriter::Begin(const SegmentHeader& header, bool durable) {
  Close();
  const std::string name = SegmentName(header.base);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL;
  UniqueFd fd;
  int error = directory_.OpenFile(name, kFlags, fd);
  if (error == -EEXIST) {
    // All that was there when the queue was opened has lower numbers, so this is a segment that
    // was given up without a record, and could not be removed then.
    directory_.Unlink(name);
    error = directory_.OpenFile(name, kFlags, fd);
  }
  if (error < 0) return error;
  const auto bytes = EncodeSegmentHeader(header);
  error = WriteAll(directory_.io(), fd.get(), {bytes.data(), bytes.size()}, 0);
  if (error == 0 && durable) error = directory_.io().Fdatasync(fd.get());
  if (error == 0 && durable) error = directory_.Sync();
  if (error < 0) {
    directory_.Unlink(name);
    return error;
  }
  fd_ = std::move(fd);
  header_ = header;
  size_ = bytes.size();
  return 0;
}

int SegmentWriter::Append(RecordHeader header, std::string_view payload) {
  header.payload_size = static_cast<std::uint32_t>(payload.size());
  header.salt = header_.salt;
  header.payload_crc = Crc32c(payload, header.salt);
  buffer_.assign(kRecordHeaderSize, '\0');
  EncodeRecordHeader(header, size_, buffer_.data());
  buffer_ += payload;
  buffer_.resize(header.size());
  const int error = WriteAll(directory_.io(), fd_.get(), buffer_, size_);
  if (error == 0) size_ += buffer_.size();
  return error;
}

int SegmentWriter::Sync() {
  return directory_.io().Fdatasync(fd_.get());
}

void SegmentWriter::Abandon(std::uint64_t good_size) {
  if (!fd_) return;
  directory_.io().Ftruncate(fd_.get(), good_size);
  Close();
  if (good_size <= kSegmentHeaderSize) directory_.Unlink(SegmentName(header_.base));
}

}  // namespace hostpulse::push
