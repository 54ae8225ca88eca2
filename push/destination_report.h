#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.h"

namespace hostpulse::push {

// One destination as the status page shows it.
struct DestinationReport {
  std::string name;
  std::string url;    // Without credentials and query.
  std::string state;  // "starting", "up to date", "sending", "catching up", "retrying", "on hold".
  std::string protocol;    // In use: "remote-write-2.0", ...
  std::string last_error;  // Of the last request that was not accepted; empty since a success.
  std::uint64_t backlog_samples = 0;
  std::chrono::nanoseconds backlog_age{};               // Of the oldest sample not yet accepted.
  std::optional<std::chrono::nanoseconds> next_try_in;  // Where it waits before a request.
  std::optional<WallTime> last_success;
};

}  // namespace hostpulse::push
