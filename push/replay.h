#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/clock.h"
#include "push/destination.h"
#include "push/queue/log_view.h"

namespace hostpulse::push {

struct ReplayReport {
  std::uint64_t samples = 0;  // Sent, after relabelling.
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  std::uint64_t requests = 0;
  std::int64_t last_ms = 0;  // Up to where it has come.
  std::string error;         // Of the last request that was not accepted.
  bool whole = false;        // False: the receiver could not be reached, and the rest is not sent.
};

// Sends a stretch of the log to a destination once more, oldest first, in remote write 1.0, which
// every receiver takes. A request that fails is made again a few times. Moves no cursor. `progress`
// is called after each request.
ReplayReport Replay(const LogView& view, const LogFilter& filter, const DestinationOptions& options,
                    const Clock& clock, const std::function<void(const ReplayReport&)>& progress);

}  // namespace hostpulse::push
