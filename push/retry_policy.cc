#include "push/retry_policy.h"

#include <algorithm>

namespace hostpulse::push {

std::chrono::nanoseconds RetryPolicy::Next(std::optional<std::chrono::seconds> retry_after) {
  std::chrono::nanoseconds wait = std::min(next_, longest_);
  next_ = std::min(next_ * 2, longest_);
  if (retry_after) wait = *retry_after;
  std::uniform_int_distribution<std::int64_t> jitter(0, wait.count() / 10);
  return wait + std::chrono::nanoseconds(jitter(random_));
}

}  // namespace hostpulse::push
