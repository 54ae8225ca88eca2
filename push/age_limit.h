#pragma once

#include <chrono>

namespace hostpulse::push {

// Without an out-of-order window Prometheus (tsdb/head_append.go, half of the smallest block) and
// Mimir refuse samples which are older than this, as seen from the newest sample of any series.
inline constexpr std::chrono::milliseconds kAgeLimit = std::chrono::hours(1);
// Their newest sample is not exactly from now.
inline constexpr std::chrono::milliseconds kAgeLimitMargin = std::chrono::minutes(5);

}  // namespace hostpulse::push
