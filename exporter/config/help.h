#pragma once

#include <span>
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

// The sections in the order in which help lists them.
struct SectionTitle {
  Section section;
  std::string_view title;
};
std::span<const SectionTitle> Sections();

// What the program does without a command.
inline constexpr std::string_view kServeHelp =
    "Serve metrics, and push them where destinations are given.";

// A flag's help with what its row says besides: deprecated, off by default.
std::string Description(const Flag& flag);

// --help: every flag in its section with its default; with `hidden`, those too that are accepted
// for old scripts only.
std::string HelpText(const FlagTable& table, bool hidden);

// --version, in the shape that node_exporter gives it.
std::string VersionText();

}  // namespace hostpulse::config
