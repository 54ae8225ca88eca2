#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/function_ref.h"
#include "core/log/logger.h"
#include "core/result.h"

namespace hostpulse {

enum class LogFormat { kLogfmt, kJson };

// "info", "INFO" -> LogLevel; FATAL is taken as ERROR and false as OFF, as Spring Boot's clients
// send them. Errors: kInvalid with the list of what is accepted.
Result<LogLevel> ParseLogLevel(std::string_view text);
std::string_view LogLevelName(LogLevel level);  // "INFO"
Result<LogFormat> ParseLogFormat(std::string_view text);

struct LoggerRegistryOptions {
  LogLevel level = LogLevel::kInfo;  // Of ROOT at start-up; ROOT goes back to it when reset.
  LogFormat format = LogFormat::kLogfmt;
  int fd = 2;  // Where lines go; one write(2) a line.
};

// The state of one logger as GET /loggers shows it.
struct LoggerState {
  std::string name;                    // "ROOT" for the root.
  std::optional<LogLevel> configured;  // Its own level, if it has one.
  LogLevel effective = LogLevel::kInfo;
  std::optional<std::chrono::nanoseconds> expires_in;  // When its own level goes back by itself.
};

// The tree of loggers: names are split at the dots, a logger without a level of its own follows its
// parent, ROOT stands above all. Set and Get walk the tree under a mutex; logging itself takes none
// for the level. Thread safe. Loggers live as long as the registry.
class LoggerRegistry {
 public:
  LoggerRegistry(LoggerRegistryOptions options, const Clock& clock);
  ~LoggerRegistry();

  // The logger of this name ("collector.cpu"), made on first use together with its prefixes.
  Logger& Get(std::string_view name);
  Logger& root();

  // Gives a logger a level of its own, for `lifetime` if that is set; nullopt takes it away again.
  // `actor` (peer, user, "config", "SIGHUP") goes into the log line that every change writes at a
  // level which the change itself cannot silence.
  // A level for a lifetime is temporary: afterwards comes back what was configured to stay.
  // Errors: kAbsent for a name that no part of the program uses, with the nearest names; kInvalid
  // for a lifetime that is not positive.
  Status Set(std::string_view name, std::optional<LogLevel> level,
             std::optional<std::chrono::nanoseconds> lifetime, std::string_view actor);

  // ROOT first, then by name. Levels whose time is over have gone back before this returns.
  std::vector<LoggerState> States();
  // Errors: as Set.
  Result<LoggerState> State(std::string_view name);

  // Calls `visit` for ROOT and every other logger with a level of its own, by name, without
  // allocating. It must not call the registry.
  void VisitConfigured(FunctionRef<void(std::string_view name, LogLevel level)> visit);

  // Takes levels back whose time is over and writes the counts of repeated lines that are due.
  // Called by the program's housekeeping tick, at least once a second while a level has an expiry.
  // Returns when it next needs to run, if ever.
  std::optional<MonotonicTime> Tick();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hostpulse
