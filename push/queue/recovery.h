#pragma once

#include <cstdint>

#include "core/clock.h"
#include "core/log/logger.h"
#include "push/queue/log_state.h"
#include "push/queue/queue_directory.h"

namespace hostpulse::push {

struct Recovery {
  std::uint64_t next_sequence = 1;
  SeriesId next_id = 1;
  std::uint64_t damaged_records = 0;
  std::uint64_t foreign_files = 0;
};

// Reads all that a directory has, once: fills an empty state, and tells the rest. Files that cannot
// be read are left alone and counted.
// Errors: as QueueDirectory::List.
Result<Recovery> Recover(const QueueDirectory& directory, const Clock& clock, Logger& log,
                         LogState& state);

}  // namespace hostpulse::push
