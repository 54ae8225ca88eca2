#include "push/remote_write/arrange.h"

#include <algorithm>

namespace hostpulse::push {

void ArrangeForCompression(Batch& batch) {
  auto& all = batch.series;
  std::stable_partition(all.begin(), all.end(), [&](const SeriesRun& run) {
    return batch.SamplesOf(run).front().value == 0;
  });
  std::stable_partition(all.begin(), all.end(), [](const SeriesRun& run) {
    return run.series->family->type != prometheus::MetricType::Counter;
  });
}

}  // namespace hostpulse::push
