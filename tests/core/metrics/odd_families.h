#pragma once

#include <random>

#include "core/metrics/metric_batch.h"

namespace hostpulse::test {

// Fills a batch with a random choice of families of every type: names that clash once suffixes are
// taken off or put on, labels of hostile bytes, values of every kind, some with timestamps.
void FillOddFamilies(std::mt19937_64& random, MetricBatch& batch);

}  // namespace hostpulse::test
