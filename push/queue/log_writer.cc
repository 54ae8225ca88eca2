#include "push/queue/log_writer.h"

#include <fcntl.h>
#include <sys/random.h>

#include <array>
#include <string_view>

namespace hostpulse::push {
namespace {

// As 32 hexadecimal digits with dashes; zeros where it cannot be read.
BootId ReadBootId() {
  BootId id{};
  const UniqueFd fd(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  std::array<char, 64> text{};
  if (!fd || ReadUpTo(SystemFileIo(), fd.get(), text.data(), text.size(), 0) < 0) return id;
  std::size_t digits = 0;
  for (const char c : text) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(c);
    if (digit == std::string_view::npos || digits == 2 * id.size()) continue;
    char& byte = id[digits++ / 2];
    byte =
        static_cast<char>(static_cast<std::size_t>(static_cast<unsigned char>(byte)) << 4 | digit);
  }
  return id;
}

std::uint32_t RandomSalt() {
  std::uint32_t salt = 0;
  const bool is_random = ::getrandom(&salt, sizeof salt, GRND_NONBLOCK) == sizeof salt;
  // Early in a boot; it only has to differ from one segment to the next.
  if (!is_random)
    salt = static_cast<std::uint32_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  return salt;
}

}  // namespace

LogWriter::LogWriter(const QueueDirectory& directory, const Clock& clock)
    : clock_(clock), writer_(directory) {}

LogWriter::~LogWriter() {
  if (writer_.is_open() && !synced_ && durable_) writer_.Sync();
}

Result<int> LogWriter::Write(std::uint64_t sequence, const Collection& collection,
                             const Options& options) {
  durable_ = options.fsync != std::chrono::nanoseconds::max();
  const bool full = writer_.is_open() && writer_.size() >= options.segment_bytes;
  if (full && !synced_ && durable_ && writer_.Sync() < 0) ++sync_errors_;
  if (full) writer_.Close();
  first_of_segment_ = !writer_.is_open();
  if (first_of_segment_) {
    encoder_.StartSegment();
    if (const int error = BeginSegment(sequence, durable_); error < 0) return error;
  }
  const Result<CodedCollection> coded = encoder_.Encode(collection);
  if (!coded) {
    if (first_of_segment_) writer_.Abandon(0);
    return coded.status();
  }
  const bool sync = options.fsync == std::chrono::nanoseconds(0);
  if (const int error = WriteRecord(sequence, collection, *coded, sync); error < 0) return error;
  encoder_.Commit();
  if (!sync) SyncWhereDue(options.fsync);
  return 0;
}

int LogWriter::BeginSegment(std::uint64_t sequence, bool durable) {
  static const BootId kBootId = ReadBootId();
  SegmentHeader header;
  header.salt = RandomSalt();
  header.base = sequence;
  header.created_ms = ToUnixMillis(clock_.Now());
  header.boot_id = kBootId;
  return writer_.Begin(header, durable);
}

int LogWriter::WriteRecord(std::uint64_t sequence, const Collection& collection,
                           const CodedCollection& coded, bool sync) {
  RecordHeader header;
  header.sequence = sequence;
  header.timestamp_ms = collection.timestamp_ms;
  header.samples = static_cast<std::uint32_t>(collection.samples());
  header.next_id = coded.next_id;
  header.flags = coded.flags;
  const std::uint64_t good_size = writer_.size();
  int error = writer_.Append(header, coded.payload);
  if (error == 0 && sync) error = writer_.Sync();
  if (error < 0) {
    writer_.Abandon(good_size);
    return error;
  }
  size_ = writer_.size();
  synced_ = sync;
  return 0;
}

// After an fdatasync that failed the descriptor says nothing about the next one: the segment is
// given up, with all that it has.
void LogWriter::SyncWhereDue(std::chrono::nanoseconds fsync) {
  const MonotonicTime now = clock_.Monotonic();
  if (!durable_ || now - last_sync_ < fsync) return;
  last_sync_ = now;
  synced_ = writer_.Sync() == 0;
  if (synced_) return;
  ++sync_errors_;
  writer_.Close();
}

}  // namespace hostpulse::push
