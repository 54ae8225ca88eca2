#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/log/logger.h"
#include "core/log/logger_registry.h"
#include "core/log/repeat_table.h"
#include "core/mutex.h"

namespace hostpulse {

// Where the loggers of a registry write to: gives a line its time and form, holds back warnings and
// errors that repeat (other lines tell of events, and debugging wants all of them), and hands it to
// spdlog. Never throws, never waits for long. Thread safe; outlived by its clock.
class LogSink {
 public:
  LogSink(LogFormat format, int fd, const Clock& clock);
  ~LogSink();

  // A line of a logger that is on for this level.
  void Write(const Logger& logger, LogLevel level, std::string_view message,
             std::span<const LogField> fields);
  // The same, repeated or not.
  void WriteAlways(const Logger& logger, LogLevel level, std::string_view message,
                   std::span<const LogField> fields);

  // Writes the counts of repeated lines that are due; returns when the next are.
  std::optional<MonotonicTime> Tick();
  // Writes all of them: for the end, while the loggers still live.
  void Flush();

 private:
  class Output;

  void WriteCounts(const std::vector<RepeatedLine>& lines);

  const LogFormat format_;
  const Clock& clock_;
  const std::unique_ptr<Output> output_;
  Mutex mutex_;
  RepeatTable repeats_ HOSTPULSE_GUARDED_BY(mutex_);
};

}  // namespace hostpulse
