#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/config/flag_table.h"

namespace hostpulse::config {

// The words behind --completion-bash, if the arguments ask for completion. What stands before and
// behind it is not parsed: a line that is still being typed may have any error.
std::optional<std::span<const std::string>> CompletionRequest(
    std::span<const std::string> arguments);

// What the last of `words` may become, sorted as the tables are: flags for a word that begins with
// a dash, values behind a flag that has fixed choices, commands otherwise. Words as bash splits
// them ("--log.level", "=", "de") are understood like whole ones ("--log.level=de"). Empty where
// nothing is known, so that the shell may offer the names of files.
std::vector<std::string> Complete(std::span<const std::string> words, const FlagTable& table);

}  // namespace hostpulse::config
