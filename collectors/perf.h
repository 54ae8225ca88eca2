#pragma once

#include <memory>

#include "collectors/collector.h"
#include "collectors/perf_counters.h"

namespace hostpulse::collectors {

// The collector on these counters, all of which it opens now. Errors: kInvalid for a bad flag.
Result<std::unique_ptr<Collector>> MakePerf(const CollectorContext& context,
                                            std::unique_ptr<PerfCounters> counters);

}  // namespace hostpulse::collectors
