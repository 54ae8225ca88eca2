#pragma once

#include <string>
#include <string_view>

#include "exporter/config/flag_table.h"

namespace hostpulse::config {

// The machine as Go names it, which is how node_exporter tells.
#if defined(__x86_64__)
inline constexpr std::string_view kArchitecture = "amd64";
#elif defined(__aarch64__)
inline constexpr std::string_view kArchitecture = "arm64";
#else
inline constexpr std::string_view kArchitecture = "unknown";
#endif

// --help: every flag in its section with its default; with `hidden`, those too that are accepted
// for old scripts only.
std::string HelpText(const FlagTable& table, bool hidden);

// --version, in the shape that node_exporter gives it.
std::string VersionText();

}  // namespace hostpulse::config
