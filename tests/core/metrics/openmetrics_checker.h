#pragma once

#include <string>
#include <string_view>

namespace hostpulse::test {

// Reads an exposition as strictly as the OpenMetrics 1.0 specification allows, for the features
// that we use: metadata before samples, no family twice or interleaved, no name that clashes with
// what a suffix gives, escapes, UTF-8, canonical bounds, counters that are not negative, no series
// twice, "# EOF" at the end. Returns the first fault with its line, or nothing.
std::string OpenMetricsFault(std::string_view text);

}  // namespace hostpulse::test
