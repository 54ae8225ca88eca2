#pragma once

#include <string>
#include <vector>

#include "core/log/logger_registry.h"
#include "exporter/config/config.h"

namespace hostpulse {

// Gives loggers the levels of `now` where they differ from those of `before`, so that what somebody
// changed at run time stays unless the file changed too. Before the first one, pass a default
// LogConfig with the level and format of the registry.
void ApplyLevels(const config::LogConfig& before, const config::LogConfig& now,
                 LoggerRegistry& loggers, Logger& log);

// One line a value that differs between the files of the two, and one if none does.
void LogChanges(const config::Config& before, const config::Config& now, Logger& log);

// The keys whose values differ and only count at the start: what listens, and what it serves.
std::vector<std::string> KeysThatNeedRestart(const config::Config& before,
                                             const config::Config& now);

}  // namespace hostpulse
