#pragma once

#include "exporter/config/command_line.h"
#include "exporter/config/config.h"
#include "exporter/config/findings.h"
#include "exporter/config/settings.h"

namespace hostpulse::config {

// Reads the file that --config.file names with its overlay, lays environment and flags over it,
// and checks everything. All errors are gathered in `findings`; the result is only for use where
// it is ok. Called at the start and for every reload, with the same command line.
Config LoadConfig(const FlagTable& table, const CommandLine& line, const Environment& environment,
                  Findings& findings);

// The names that log.loggers may hold: those of the program's parts, of every collector, and of
// the destinations of this configuration.
std::vector<std::string> LoggerNames(const Config& config);

}  // namespace hostpulse::config
