#include "push/queue/log_check.h"

#include <utility>

#include "push/queue/collection_reader.h"

namespace hostpulse::push {
namespace {

constexpr std::size_t kWindow = std::size_t{256} << 10;

std::string Number(std::uint64_t value, const char* noun) {
  return std::to_string(value) + " " + noun + (value == 1 ? "" : "s");
}

class Checker {
 public:
  explicit Checker(const LogView& view)
      : view_(view), reader_(view.directory(), kWindow, nullptr) {}

  LogCheck Run() {
    for (const CursorView& cursor : view_.cursors()) CheckCursor(cursor);
    for (const LogFile& file : view_.files()) {
      is_last_ = &file == &view_.files().back();
      CheckFile(file);
    }
    return std::move(check_);
  }

 private:
  void Find(LogFinding::Kind kind, const std::string& name, std::string what) {
    check_.findings.push_back({kind, view_.directory().PathOf(name), std::move(what)});
  }

  void CheckCursor(const CursorView& cursor) {
    if (cursor.damaged) {
      Find(LogFinding::Kind::kDamaged, cursor.name,
           "both slots are damaged: the destination gets everything that is queued once more");
    }
    check_.backlogs.push_back({cursor.destination, cursor.acked, 0, 0, 0});
  }

  void CheckFile(const LogFile& file) {
    ++check_.summary.segments;
    check_.summary.bytes += file.bytes;
    if (file.header == HeaderState::kNewer) {
      return Find(LogFinding::Kind::kNewer, file.name,
                  "written by a newer hostpulse: not read, and left alone");
    }
    if (file.header == HeaderState::kDamaged) {
      Find(LogFinding::Kind::kDamaged, file.name,
           "offset 0: the header is damaged; costs nothing while the records are sound");
    }
    if (reader_.Open(file.name, file.bytes) < 0) return;  // It was delivered meanwhile.
    const std::uint64_t end = ReadAll();
    NoteDamage(file, end);
    check_.summary.living = reader_.collection().Living().size();
  }

  // Where the last record ends.
  std::uint64_t ReadAll() {
    std::uint64_t end = kSegmentHeaderSize;
    SegmentReader::Step step = reader_.Next();
    for (; step == SegmentReader::Step::kRecord; step = reader_.Next()) {
      const RecordHeader& record = reader_.record();
      end = reader_.segment().offset() + record.size();
      if (record.sequence <= last_sequence_) continue;
      last_sequence_ = record.sequence;
      Count(record);
    }
    failed_ = step == SegmentReader::Step::kFailed;
    return end;
  }

  void Count(const RecordHeader& record) {
    LogSummary& summary = check_.summary;
    if (summary.collections == 0) summary.first_ms = record.timestamp_ms;
    summary.last_ms = record.timestamp_ms;
    ++summary.collections;
    summary.samples += record.samples;
    for (BacklogSummary& backlog : check_.backlogs) {
      if (record.sequence <= backlog.acked) continue;
      if (backlog.collections == 0) backlog.oldest_ms = record.timestamp_ms;
      ++backlog.collections;
      backlog.samples += record.samples;
    }
  }

  void NoteDamage(const LogFile& file, std::uint64_t end) {
    const SegmentReader& segment = reader_.segment();
    if (failed_) {
      return Find(LogFinding::Kind::kDamaged, file.name,
                  FileError("offset " + std::to_string(end), "read", segment.error()).message());
    }
    const std::uint64_t tail = file.bytes > end ? file.bytes - end : 0;
    const std::uint64_t inside =
        segment.skipped_bytes() > tail ? segment.skipped_bytes() - tail : 0;
    const std::uint64_t lost = segment.damaged_records() + reader_.unreadable_records();
    if (tail > 0 && inside == 0 && lost == 0 && is_last_) {
      return Find(
          LogFinding::Kind::kTornTail, file.name,
          "offset " + std::to_string(end) + ": " + Number(tail, "byte") +
              " of a record that was not finished, as a crash or a write in progress leaves "
              "it; costs nothing");
    }
    if (segment.damaged_records() > 0 || segment.skipped_bytes() > 0) {
      Find(LogFinding::Kind::kDamaged, file.name,
           Number(segment.damaged_records(), "damaged record") + ", " +
               Number(segment.skipped_bytes(), "byte") + " of no record" +
               (tail > 0 ? ", the last from offset " + std::to_string(end) + " on" : ""));
    }
    if (reader_.unreadable_records() > 0) {
      Find(LogFinding::Kind::kDamaged, file.name,
           Number(reader_.unreadable_records(), "collection") +
               " behind the damage cannot be read, since each is coded against the one before");
    }
  }

  const LogView& view_;
  CollectionReader reader_;
  LogCheck check_;
  std::uint64_t last_sequence_ = 0;
  bool is_last_ = false;
  bool failed_ = false;
};

}  // namespace

LogCheck CheckLog(const LogView& view) {
  return Checker(view).Run();
}

}  // namespace hostpulse::push
