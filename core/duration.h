#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hostpulse {

// Go's time.ParseDuration with Prometheus' days, weeks and years (of 365 days) on top, because
// flags and configuration files are copied from both: "5s", "1h30m", "250ms", "1.5h", "7d", "0".
// Errors: kInvalid, naming the text and what is accepted; a negative one, and one of more than 292
// years, is an error too.
Result<std::chrono::nanoseconds> ParseDuration(std::string_view text);

// The shortest exact form, which ParseDuration reads back: "9m58s", "512ms", "1.5s", "7d", "0s".
std::string FormatDuration(std::chrono::nanoseconds duration);

}  // namespace hostpulse
