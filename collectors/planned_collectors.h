#pragma once

#include <span>

#include "collectors/collector.h"

namespace hostpulse::collectors {

// Collectors of node_exporter that are not there yet: rows without a factory, so that a command
// line which names them or sets their flags is accepted. Sorted by name.
std::span<const CollectorSpec> PlannedCollectors();

}  // namespace hostpulse::collectors
