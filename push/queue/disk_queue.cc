#include "push/queue/disk_queue.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/duration.h"
#include "push/queue/disk_cursor.h"

namespace hostpulse::push {
namespace {

constexpr auto kShortestBackoff = std::chrono::seconds(1);
constexpr auto kLongestBackoff = std::chrono::seconds(60);
// What is left to others on the file system: this, or a twentieth of it where that is less.
constexpr std::uint64_t kMinFree = std::uint64_t{256} << 20;

std::uint64_t SegmentBytes(std::uint64_t max_bytes) {
  constexpr std::uint64_t kLeast = std::uint64_t{256} << 10;
  constexpr std::uint64_t kMost = std::uint64_t{4} << 20;
  return std::min(std::clamp(max_bytes / 16, kLeast, kMost), max_bytes / 4);
}

// Beside the log: an eighth of what it may have.
RefusedSegments::Bounds RefusedBounds(const QueueOptions& options) {
  return {options.max_bytes / 8, options.max_age};
}

bool IsFull(int error) {
  return error == -ENOSPC || error == -EDQUOT;
}

}  // namespace

Result<std::unique_ptr<DiskQueue>> DiskQueue::Open(const QueueOptions& options, const Clock& clock,
                                                   Logger& log, FileIo& io) {
  auto directory = QueueDirectory::Open(options.dir, QueueDirectory::Purpose::kWrite, io);
  if (!directory) return directory.status();
  std::unique_ptr<DiskQueue> queue(
      new DiskQueue(std::move(directory).value(), options, clock, log));
  // Nobody else knows the queue yet, so its lock keeps nobody waiting for the disk.
  MutexLock lock(queue->shared_.mutex);
  Result<Recovery> recovery = Recover(*queue->directory_, clock, log, queue->shared_.state);
  if (!recovery) return recovery.status();
  queue->recovery_ = *recovery;
  queue->next_sequence_ = recovery->next_sequence;
  queue->refused_.SetBounds(RefusedBounds(options));
  queue->recovered_living_ = queue->shared_.state.living;
  queue->writer_.Start(queue->recovered_living_, recovery->next_id);
  const SegmentIndex& segments = queue->shared_.state.segments;
  log.Info(
      "queue opened",
      {{"dir", options.dir}, {"collections", segments.collections()}, {"bytes", segments.bytes()}});
  return queue;
}

DiskQueue::DiskQueue(std::unique_ptr<QueueDirectory> directory, const QueueOptions& options,
                     const Clock& clock, Logger& log)
    : directory_(std::move(directory)),
      clock_(clock),
      log_(log),
      options_(options),
      refused_(*directory_, clock, log),
      writer_(*directory_, clock) {}

// What waits in memory gets a last chance.
DiskQueue::~DiskQueue() {
  if (!WriteSpilled()) log_.Error("collections in memory are lost: the disk does not take them");
}

Status DiskQueue::Append(const Collection& collection) {
  KeepBounds();
  const std::uint64_t sequence = next_sequence_++;
  Status refused;
  const bool may_try = backoff_.count() == 0 || clock_.Monotonic() >= next_try_;
  const bool written = may_try && WriteSpilled() && Write(sequence, collection, refused);
  if (!written) SpillOver(sequence, collection);
  RemoveDelivered();
  shared_.appended.notify_all();
  return refused;
}

// True where it is done with: written, or refused for good.
bool DiskQueue::Write(std::uint64_t sequence, const Collection& collection, Status& refused) {
  const int error = TryWrite(sequence, collection, refused);
  if (error < 0) return false;
  MutexLock lock(shared_.mutex);
  if (!refused.ok()) {
    shared_.state.AddRefused(collection);
  } else {
    shared_.state.AddWritten(sequence, collection, writer_.size(), clock_.Monotonic());
  }
  return true;
}

// Oldest first. True where none is left.
bool DiskQueue::WriteSpilled() {
  std::vector<SeriesValue> values;
  std::vector<SeriesId> gone;
  while (true) {
    SpilledPtr oldest;
    {
      MutexLock lock(shared_.mutex);
      if (shared_.state.spilled.empty()) return true;
      oldest = shared_.state.spilled.oldest();
    }
    oldest->Unpack(values);
    gone.clear();
    for (const SeriesPtr& series : oldest->ended) gone.push_back(series->id);
    Status refused;
    if (TryWrite(oldest->sequence, {oldest->timestamp_ms, oldest->added, values, gone}, refused) <
        0) {
      return false;
    }
    if (!refused.ok()) {
      DropSpilled();
      continue;
    }
    MutexLock lock(shared_.mutex);
    shared_.state.MoveSpilled(writer_.size(), clock_.Monotonic());
  }
}

void DiskQueue::SpillOver(std::uint64_t sequence, const Collection& collection) {
  bool full = false;
  {
    MutexLock lock(shared_.mutex);
    full = shared_.state.spilled.full();
  }
  if (full) DropSpilled();
  MutexLock lock(shared_.mutex);
  shared_.state.AddSpilled(sequence, collection);
}

// The oldest one that waits in memory.
void DiskQueue::DropSpilled() {
  SpilledPtr dropped;
  {
    MutexLock lock(shared_.mutex);
    dropped = shared_.state.spilled.oldest();
    shared_.state.DropSpilled();
  }
  std::vector<SeriesId> gone;
  for (const SeriesPtr& series : dropped->ended) gone.push_back(series->id);
  writer_.Skip(dropped->added, gone);
  log_.Warn("samples dropped before they could be sent",
            {{"reason", "the disk does not take them"}, {"samples", dropped->samples}});
}

// 0 where the record is in the log, or where `refused` says that it never will be; else -errno.
int DiskQueue::TryWrite(std::uint64_t sequence, const Collection& collection, Status& refused) {
  const QueueOptions options = this->options();
  const LogWriter::Options writing = {SegmentBytes(options.max_bytes), options.fsync};
  int error = -ENOSPC;
  for (bool again = true; again;) {
    again = false;
    if (HasRoom()) {
      const Result<int> written = writer_.Write(sequence, collection, writing);
      if (!written) {
        refused = written.status();
        return 0;
      }
      error = *written;
    }
    if (IsFull(error)) again = refused_.DropOldest() || DropOldest(DropReason::kDisk);
  }
  if (error < 0) {
    NoteFailure(error);
    return error;
  }
  NoteSuccess();
  if (writer_.first_of_segment()) {
    MutexLock lock(shared_.mutex);
    SegmentInfo info;
    info.base = writer_.base();
    info.last_sequence =
        shared_.state.segments.empty() ? 0 : shared_.state.segments.newest().last_sequence;
    shared_.state.segments.Add(info);
  }
  return 0;
}

void DiskQueue::NoteFailure(int error) {
  backoff_ = backoff_.count() == 0
                 ? std::chrono::nanoseconds(kShortestBackoff)
                 : std::min<std::chrono::nanoseconds>(2 * backoff_, kLongestBackoff);
  next_try_ = clock_.Monotonic() + backoff_;
  {
    MutexLock lock(shared_.mutex);
    ++write_errors_;
  }
  log_.Error("the queue cannot be written: collections wait in memory",
             {{"error", FileError(directory_->path(), "write", error).message()}});
}

void DiskQueue::NoteSuccess() {
  if (backoff_.count() == 0) return;
  backoff_ = {};
  log_.Info("the queue can be written again");
}

bool DiskQueue::HasRoom() const {
  struct statvfs fs {};
  if (directory_->io().StatVfs(directory_->fd(), fs) < 0) return true;  // Writing will tell.
  const std::uint64_t size = std::uint64_t{fs.f_blocks} * fs.f_frsize;
  const std::uint64_t free = std::uint64_t{fs.f_bavail} * fs.f_frsize;
  return free > std::min(kMinFree, size / 20);
}

// The newest segment stays, whatever the bounds say: it is what is being written.
void DiskQueue::KeepBounds() {
  const QueueOptions options = this->options();
  const MonotonicTime now = clock_.Monotonic();
  const auto over = [&]() -> std::optional<DropReason> {
    MutexLock lock(shared_.mutex);
    const SegmentIndex& segments = shared_.state.segments;
    if (segments.size() < 2) return std::nullopt;
    if (segments.bytes() > options.max_bytes) return DropReason::kBytes;
    if (now - segments.oldest().newest > options.max_age) return DropReason::kAge;
    return std::nullopt;
  };
  for (auto reason = over(); reason; reason = over()) DropOldest(*reason);
}

bool DiskQueue::OldestIsDelivered() const {
  MutexLock lock(shared_.mutex);
  const LogState& state = shared_.state;
  return state.segments.size() > 1 && state.segments.oldest().last_sequence <= state.SavedByAll();
}

// Segments that every destination has, by what its file says.
void DiskQueue::RemoveDelivered() {
  while (OldestIsDelivered()) DropOldest(DropReason::kBytes);
}

// False where there is none but the newest one.
bool DiskQueue::DropOldest(DropReason reason) {
  std::uint64_t lost = 0;
  SegmentInfo dropped;
  {
    MutexLock lock(shared_.mutex);
    if (shared_.state.segments.size() < 2) return false;
    dropped = shared_.state.DropSegment(reason, lost);
  }
  const std::string name = SegmentName(dropped.base);
  if (const int error = directory_->Unlink(name); error < 0 && error != -ENOENT) {
    log_.Warn("a segment cannot be removed",
              {{"error", FileError(directory_->PathOf(name), "unlink", error).message()}});
  }
  if (lost == 0) return true;
  const std::string_view bound = reason == DropReason::kBytes ? "max_bytes"
                                 : reason == DropReason::kAge ? "max_age"
                                                              : "the disk is full";
  log_.Warn("samples dropped before they could be sent", {{"reason", bound}, {"samples", lost}});
  return true;
}

std::unique_ptr<Cursor> DiskQueue::Open(std::string_view destination) {
  const std::string name = CursorName(destination);
  const bool durable = options().fsync != std::chrono::nanoseconds::max();
  const auto [place, is_new] = PlaceOf(name, destination);
  return std::make_unique<DiskCursor>(*directory_, shared_, refused_, *place, is_new, durable,
                                      clock_, log_);
}

// Also, whether it is a new one: at the end of the log.
std::pair<Place*, bool> DiskQueue::PlaceOf(const std::string& file_name,
                                           std::string_view destination) {
  MutexLock lock(shared_.mutex);
  Place& place = shared_.state.places[file_name];
  const bool is_new = place.file == nullptr;
  if (is_new) {
    place.file = std::make_unique<CursorFile>(*directory_, file_name, std::string(destination));
    place.acked = shared_.state.last_sequence;
  }
  return {&place, is_new};
}

void DiskQueue::Forget(std::string_view destination) {
  const std::string name = CursorName(destination);
  {
    MutexLock lock(shared_.mutex);
    if (shared_.state.places.erase(name) == 0) return;
  }
  directory_->Unlink(name);
}

void DiskQueue::SetOptions(const QueueOptions& options) {
  refused_.SetBounds(RefusedBounds(options));
  MutexLock lock(shared_.mutex);
  options_ = options;
}

QueueOptions DiskQueue::options() const {
  MutexLock lock(shared_.mutex);
  return options_;
}

QueueStats DiskQueue::Stats() const {
  const std::uint64_t refused_bytes = refused_.bytes();
  MutexLock lock(shared_.mutex);
  const LogState& state = shared_.state;
  QueueStats stats;
  stats.bytes = state.segments.bytes();
  stats.max_bytes = options_.max_bytes;
  stats.collections = state.segments.collections() + state.spilled.size();
  stats.segments = state.segments.size();
  stats.collections_in_memory = state.spilled.size();
  stats.write_errors = write_errors_;
  stats.read_errors = shared_.read_errors;
  stats.damaged_records = recovery_.damaged_records;
  stats.refused_bytes = refused_bytes;
  stats.foreign_files = recovery_.foreign_files;
  return stats;
}

std::vector<std::string> DiskQueue::Destinations() const {
  MutexLock lock(shared_.mutex);
  std::vector<std::string> names;
  for (const auto& [name, place] : shared_.state.places) {
    names.push_back(place.file->destination());
  }
  return names;
}

}  // namespace hostpulse::push
