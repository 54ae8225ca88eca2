#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/metrics/metric_source.h"

namespace hostpulse {

inline constexpr std::string_view kOpenMetricsContentType =
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores";

// Writes families, sorted by name, to `out` as a whole OpenMetrics 1.0 exposition with its "# EOF",
// over what was there. A counter is a family without the suffix _total there. One that cannot be
// (its name has no such suffix, the shorter name is taken, or a value is negative or not a number)
// is exposed as unknown under its own name, so that no sample is renamed between the formats.
void EncodeOpenMetrics(std::span<const FamilyView> families, std::string& out);

}  // namespace hostpulse
