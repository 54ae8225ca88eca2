#include "push/remote_write/arrange.h"

#include <algorithm>
#include <utility>

namespace hostpulse::push {

void ArrangeForCompression(Batch& batch) {
  std::ranges::stable_sort(batch.series, {}, [&](const SeriesRun& run) {
    const bool counts = run.series->family->type == prometheus::MetricType::Counter;
    const bool is_zero = batch.SamplesOf(run).front().value == 0;
    return std::pair(counts, !is_zero);
  });
}

}  // namespace hostpulse::push
