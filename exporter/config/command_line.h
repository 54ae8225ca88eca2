#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "exporter/config/findings.h"
#include "exporter/config/flag_table.h"

namespace hostpulse::config {

// What was typed, taken apart by kingpin's rules and not yet checked against types.
struct CommandLine {
  std::vector<std::string> command;  // {"describe"}, {"queue", "stat"}; empty: serve.
  // Flags as given, by name without dashes; "true" or "false" for booleans.
  std::map<std::string, std::vector<std::string>, std::less<>> flags;

  bool Has(std::string_view flag) const { return flags.find(flag) != flags.end(); }
  // What was typed last for it.
  std::string Value(std::string_view flag, const std::string& otherwise = "") const {
    const auto found = flags.find(flag);
    return found == flags.end() ? otherwise : found->second.back();
  }
};

// kingpin's rules: `--flag value`, `--flag=value`, `--no-flag` for booleans, `@file` stands for the
// lines of a file (those that begin with '#' left out), `--` ends the flags, what is not repeatable
// stands once. All errors are gathered, unknown flags with the nearest names.
CommandLine ParseCommandLine(std::span<const std::string> arguments, const FlagTable& table,
                             Findings& findings);

}  // namespace hostpulse::config
