#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/log/logger.h"
#include "push/queue/file_io.h"
#include "push/queue/log_writer.h"
#include "push/queue/queue.h"
#include "push/queue/queue_directory.h"
#include "push/queue/recovery.h"
#include "push/queue/refused_segments.h"
#include "push/queue/shared_log.h"

namespace hostpulse::push {

// The queue on disk, see FORMAT.md: what was appended survives the process, and what was synced a
// power failure. Where the disk does not take collections they wait in memory, SpillRing's number
// of them, and go to disk first when it does again; destinations get them meanwhile.
class DiskQueue final : public Queue {
 public:
  // Reads what is there. The references outlive it.
  // Errors: as QueueDirectory::Open and List, in words for whoever configured the directory.
  static Result<std::unique_ptr<DiskQueue>> Open(const QueueOptions& options, const Clock& clock,
                                                 Logger& log, FileIo& io = SystemFileIo());
  ~DiskQueue() override;

  Status Append(const Collection& collection) override;
  std::unique_ptr<Cursor> Open(std::string_view destination) override;
  void Forget(std::string_view destination) override;
  void SetOptions(const QueueOptions& options) override;
  QueueStats Stats() const override;
  std::vector<std::string> Destinations() const override;
  std::vector<SeriesPtr> Living() const override { return recovered_living_; }
  SeriesId NextId() const override { return recovery_.next_id; }

 private:
  DiskQueue(std::unique_ptr<QueueDirectory> directory, const QueueOptions& options,
            const Clock& clock, Logger& log);

  // Of the thread that appends.
  bool Write(std::uint64_t sequence, const Collection& collection, Status& refused);
  bool WriteSpilled();
  void SpillOver(std::uint64_t sequence, const Collection& collection);
  void DropSpilled();
  int TryWrite(std::uint64_t sequence, const Collection& collection, Status& refused);
  void NoteFailure(int error);
  void NoteSuccess();
  bool HasRoom() const;
  std::pair<Place*, bool> PlaceOf(const std::string& file_name, std::string_view destination);
  void KeepBounds();
  bool OldestIsDelivered() const;
  void RemoveDelivered();
  bool DropOldest(DropReason reason);
  QueueOptions options() const;

  const std::unique_ptr<QueueDirectory> directory_;
  const Clock& clock_;
  Logger& log_;
  Recovery recovery_;
  std::vector<SeriesPtr> recovered_living_;
  SharedLog shared_;
  QueueOptions options_ HOSTPULSE_GUARDED_BY(shared_.mutex);
  std::uint64_t write_errors_ HOSTPULSE_GUARDED_BY(shared_.mutex) = 0;

  RefusedSegments refused_;
  LogWriter writer_;
  std::uint64_t next_sequence_ = 1;
  std::chrono::nanoseconds backoff_{};  // Zero while the disk works.
  MonotonicTime next_try_{};
};

}  // namespace hostpulse::push
