#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "push/queue/log_view.h"

namespace hostpulse::push {

// Something that is not as FORMAT.md has it.
struct LogFinding {
  enum class Kind {
    kTornTail,  // The end of the last segment, as an interrupted write leaves it: costs nothing.
    kDamaged,
    kNewer,
  };

  Kind kind = Kind::kDamaged;
  std::string path;
  std::string what;
};

// What the log holds, as far as it can be read.
struct LogSummary {
  std::uint64_t bytes = 0;
  std::uint64_t segments = 0;
  std::uint64_t collections = 0;
  std::uint64_t samples = 0;
  std::uint64_t living = 0;  // Series, at the end.
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
};

// The backlog of one destination.
struct BacklogSummary {
  std::string destination;
  std::uint64_t acked = 0;
  std::uint64_t collections = 0;
  std::uint64_t samples = 0;
  std::int64_t oldest_ms = 0;  // 0: it has everything.
};

// Reads every byte of the log.
struct LogCheck {
  LogSummary summary;
  std::vector<BacklogSummary> backlogs;
  std::vector<LogFinding> findings;
};
LogCheck CheckLog(const LogView& view);

}  // namespace hostpulse::push
