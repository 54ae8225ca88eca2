#pragma once

#include <span>
#include <string>

#include "core/metrics/metric_source.h"

namespace hostpulse::push {

// Writes families as a group of the Pushgateway holds them, to `out`, over what was there. Left out
// are the process_* of hostpulse's own process: the Pushgateway has metrics of these names itself,
// and logs a complaint for each one at every scrape.
void EncodeGroup(std::span<const FamilyView> families, std::string& out);

}  // namespace hostpulse::push
