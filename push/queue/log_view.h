#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "push/queue/batch_builder.h"
#include "push/queue/queue_directory.h"
#include "push/queue/record.h"

namespace hostpulse::push {

// A file of the log as it lies there.
struct LogFile {
  std::string name;
  std::uint64_t base = 0;
  std::uint64_t bytes = 0;  // When the directory was listed.
  HeaderState header = HeaderState::kDamaged;
};

// A destination's place as its file has it. A running hostpulse writes it once a second.
struct CursorView {
  std::string name;  // Of the file.
  std::string destination;
  std::uint64_t acked = 0;
  bool damaged = false;
};

// Which collections are wanted.
struct LogFilter {
  std::uint64_t after_sequence = 0;
  std::int64_t since_ms = std::numeric_limits<std::int64_t>::min();
  std::int64_t until_ms = std::numeric_limits<std::int64_t>::max();  // Not included.
};

// A collection in the log, borrowed for the call.
struct LoggedCollection {
  std::uint64_t sequence = 0;
  std::int64_t timestamp_ms = 0;
  bool replaced = false;  // A series of it is not the one that had its id before.
  std::span<const SeriesSample> values;
  std::span<const SeriesSample> gone;  // With staleness markers.
};

// What a queue's directory holds, read without changing anything and whether a process has it open
// or not: segments that are removed meanwhile are passed over, and of one that grows what was there
// when it was listed is read. Not thread safe.
class LogView {
 public:
  // With `refused`, the segments that are kept for samples refused for good come first.
  // Errors: as QueueDirectory::Open and List.
  static Result<std::unique_ptr<LogView>> Open(const std::string& path, bool refused,
                                               FileIo& io = SystemFileIo());

  const QueueDirectory& directory() const { return *directory_; }
  const std::vector<LogFile>& files() const { return files_; }  // By base; each inode once.
  const std::vector<CursorView>& cursors() const { return cursors_; }
  std::size_t foreign_files() const { return foreign_files_; }
  bool locked() const;  // A process has the queue open.

  // The place of a destination by its name, or nullptr.
  const CursorView* FindCursor(std::string_view destination) const;

  // Calls `visit` for each collection in the order of the log until it returns false. What cannot
  // be read is left out.
  using Visitor = std::function<bool(const LoggedCollection&)>;
  void ForEach(const LogFilter& filter, const Visitor& visit) const;

 private:
  LogView() = default;
  Status List(bool refused);
  void AddFile(std::string name, std::uint64_t base);
  void AddCursor(const std::string& name);

  std::unique_ptr<QueueDirectory> directory_;
  std::vector<LogFile> files_;
  std::vector<CursorView> cursors_;
  std::size_t foreign_files_ = 0;
};

// Calls `visit` for one batch of about so many samples after the other, as a sender would get them,
// until it returns false. False where it did.
bool ForEachBatch(const LogView& view, const LogFilter& filter, std::size_t samples,
                  const std::function<bool(const Batch&)>& visit);

}  // namespace hostpulse::push
