#pragma once

#include <prometheus/counter.h>

#include <cstdint>

namespace hostpulse::push {

// Brings a counter up to a total that is kept elsewhere.
inline void Follow(prometheus::Counter& counter, std::uint64_t total) {
  const double behind = static_cast<double>(total) - counter.Value();
  if (behind > 0) counter.Increment(behind);
}

}  // namespace hostpulse::push
