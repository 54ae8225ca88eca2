#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/metrics/metric_source.h"

namespace hostpulse {

inline constexpr std::string_view kTextContentType =
    "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

// Writes families in Prometheus' text exposition format 0.0.4 to `out`, over what was there: give
// the string of the last time. Numbers are the shortest that read back exactly; integers below 2^53
// have no exponent.
void EncodeText(std::span<const FamilyView> families, std::string& out);

}  // namespace hostpulse
