#pragma once

#include <array>
#include <cstddef>

#include "core/metrics/metric_batch.h"

namespace hostpulse::collectors {

// Opens a family for each of `descs`, in their order, for collectors that add a sample to all of
// them per device. The pointers hold until the batch is finished; a family that gets no sample is
// not exposed.
template <std::size_t N>
std::array<FamilyBuilder*, N> OpenFamilies(const std::array<MetricDesc, N>& descs,
                                           MetricBatch& out) {
  std::array<FamilyBuilder*, N> families{};
  for (std::size_t i = 0; i < N; ++i) families[i] = &out.Family(descs[i]);
  return families;
}

}  // namespace hostpulse::collectors
