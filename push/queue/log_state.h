#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/queue/cursor_file.h"
#include "push/queue/queue.h"
#include "push/queue/segment_index.h"
#include "push/queue/spill.h"

namespace hostpulse::push {

// Why samples went that nobody acknowledged.
enum class DropReason {
  kBytes,
  kAge,
  kDisk,     // No room, or it does not work.
  kCorrupt,  // What was written does not read back.
};

// Where a destination stands.
struct Place {
  std::unique_ptr<CursorFile> file;  // Of the thread of its cursor.
  std::uint64_t acked = 0;
  std::uint64_t saved = 0;  // The acked of its file.
  CursorStats stats;        // Without last_sequence and newest_ms.
};

// All that is known of the log without touching the disk: what is where, and who has read what.
// Everything adds up at every moment: see CursorStats. Not thread safe.
class LogState {
 public:
  // A collection was written as the last one of the newest segment, of now `bytes`.
  void AddWritten(std::uint64_t sequence, const Collection& collection, std::uint64_t bytes,
                  MonotonicTime now);
  // It waits in memory. Where there is no room for it, the oldest one that waits is dropped.
  void AddSpilled(std::uint64_t sequence, const Collection& collection);
  // It could be neither.
  void AddRefused(const Collection& collection);
  // The oldest one that waits in memory was written, or will never be.
  void MoveSpilled(std::uint64_t bytes, MonotonicTime now);
  void DropSpilled();

  // Takes the oldest segment away. `lost` tells how many samples at most a destination loses.
  SegmentInfo DropSegment(DropReason reason, std::uint64_t& lost);

  // Everything up to `sequence` is settled, of which `samples` were read; `next_ms` is the time of
  // the next collection, if that is known. Returns how many were released.
  std::size_t Ack(Place& place, std::uint64_t sequence, std::uint64_t samples,
                  std::optional<std::int64_t> next_ms);
  // Nothing after the place can be read.
  void GiveUp(Place& place);
  // From its place on up to `sequence`, nothing can be read.
  void Skip(Place& place, std::uint64_t sequence, DropReason reason);

  // Below which every destination has everything, by its file.
  std::uint64_t SavedByAll() const;
  CursorStats StatsOf(const Place& place) const;

  // The series of this id that lives, or nullptr.
  SeriesPtr FindLiving(SeriesId id) const;
  // The series of a collection that waits in memory; nullptr for one that is not known.
  SeriesPtr FindSpilled(const SpilledCollection& spilled, SeriesId id) const;

  SegmentIndex segments;
  SpillRing spilled;
  std::vector<SeriesPtr> living;  // After the last collection, ascending by id.
  std::uint64_t last_sequence = 0;
  std::int64_t newest_ms = 0;
  std::map<std::string, Place, std::less<>> places;  // By the name of the file.

 private:
  void Log(std::uint64_t sequence, const Collection& collection);
  void UpdateLiving(const Collection& collection);
  void Settle(Place& place, DropReason reason);
  std::optional<std::int64_t> TimeAfter(std::uint64_t sequence) const;
};

}  // namespace hostpulse::push
