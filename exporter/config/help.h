#pragma once

#include <string>

#include "exporter/config/flag_table.h"

namespace hostpulse::config {

// --help: every flag in its section with its default; with `hidden`, those too that are accepted
// for old scripts only.
std::string HelpText(const FlagTable& table, bool hidden);

// --version, in the shape that node_exporter gives it.
std::string VersionText();

}  // namespace hostpulse::config
