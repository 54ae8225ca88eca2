#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "exporter/config/document.h"
#include "exporter/config/findings.h"
#include "exporter/config/flag_table.h"

namespace hostpulse::config {

// What somebody said about a flag: the texts as typed, and how an error about them begins.
struct Given {
  std::vector<std::string> texts;
  Place place;
  std::string label;  // "web.max_requests", "flag --web.max-requests", "HOSTPULSE_ENV"
};
using GivenFlags = std::map<std::string, Given, std::less<>>;

// The flags that a configuration file sets, by their file keys: global, web, log, path, push, and
// collectors, where NAME: true stands for --collector.NAME and NAME: {device-exclude: X} for
// --collector.NAME.device-exclude. Unknown keys of the whole file are reported here; the values of
// keys that are no flags (external_labels, remote_write ...) are left to LoadConfig.
GivenFlags FlagsOfFile(const FlagTable& table, const Node& file, Findings& findings);

}  // namespace hostpulse::config
