#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "core/log/logger.h"
#include "core/result.h"

namespace hostpulse::http {

// What a POST or PUT of /loggers/{name} asks for.
struct LevelChange {
  std::optional<LogLevel> level;  // None: inherit again.
  std::optional<std::chrono::nanoseconds> lifetime;
};

// Reads {"configuredLevel":"debug"}, {"level":"debug","for":"10m"}, {"level":null}, {}. Strict: a
// key twice, an unknown one or a wrong type is an error, since what looks like {} takes a level
// away. Errors: kInvalid, naming what is accepted.
Result<LevelChange> ParseLevelChange(std::string_view body);

}  // namespace hostpulse::http
