#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "exporter/config/command_line.h"
#include "exporter/config/config.h"
#include "push/queue/log_view.h"

namespace hostpulse::commands {

// `hostpulse queue stat|verify|dump|replay`: looks into the queue's directory, whether a hostpulse
// runs or not, and changes nothing in it. Returns the exit code of the process.
int Queue(const config::CommandLine& line, const config::Config& config);

// What the four share.
struct QueueRequest {
  std::unique_ptr<push::LogView> view;
  push::LogFilter filter;
  bool json = false;
  std::string format;
  std::string to;
};
int QueueStat(const QueueRequest& request);
int QueueVerify(const QueueRequest& request);
int QueueDump(const QueueRequest& request);
int QueueReplay(const QueueRequest& request, const config::Config& config);

// A point in time as --since and --until take it: RFC 3339 in UTC ("2026-01-31T08:00:00Z"), Unix
// seconds, or a duration before now. Unix milliseconds.
// Errors: kInvalid with what is accepted.
Result<std::int64_t> ParseTime(std::string_view text, WallTime now);

// "2026-01-31T08:00:00Z"; "-" for 0.
std::string ShowTime(std::int64_t unix_ms);

}  // namespace hostpulse::commands
