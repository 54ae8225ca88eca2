#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hostpulse::collectors {

struct OsReleaseEntry {
  std::string_view name;  // Into the line.
  std::string value;      // Quotes and escapes resolved.
};

// One NAME=value line of os-release(5), which is a subset of the shell's assignments: values may be
// bare, in single or in double quotes, with backslash escapes outside of single ones.
// Errors: kAbsent for an empty line or a comment, kParse with the reason (none of the line's text).
Result<OsReleaseEntry> ParseOsReleaseLine(std::string_view line);

// "22.04.3" -> 22.04, "12" -> 12, "rolling" -> nothing: the number that VERSION_ID begins with.
std::optional<double> LeadingVersion(std::string_view version_id);

// Seconds from the epoch to the start, in UTC, of a day written as SUPPORT_END has it
// ("2027-06-30"); nothing for what is no such day.
std::optional<double> ParseDay(std::string_view text);

}  // namespace hostpulse::collectors
