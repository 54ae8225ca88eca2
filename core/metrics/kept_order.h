#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hostpulse {

// Makes `order`, which is the sorted order of the last time, that of [0, size) now: one pass and no
// allocation where nothing changed. `compare(a, b)` of two indices is negative, zero or positive;
// what is equal stands in the order of its indices.
template <typename Compare>
void KeepSorted(std::vector<std::uint32_t>& order, std::size_t size, Compare compare) {
  std::erase_if(order, [size](std::uint32_t index) { return index >= size; });
  while (order.size() < size) order.push_back(static_cast<std::uint32_t>(order.size()));
  const auto before = [&compare](std::uint32_t a, std::uint32_t b) {
    const int order_of_both = compare(a, b);
    return order_of_both != 0 ? order_of_both < 0 : a < b;
  };
  if (std::is_sorted(order.begin(), order.end(), before)) return;
  std::sort(order.begin(), order.end(), before);
}

}  // namespace hostpulse
