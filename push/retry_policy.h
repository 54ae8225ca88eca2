#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

namespace hostpulse::push {

// How long to wait before a request is made again: from the shortest wait, doubling to the longest,
// each longer by a random 0 to 10 % so that many hosts do not come back together. What the receiver
// asks for by Retry-After counts instead. Not thread safe.
class RetryPolicy {
 public:
  RetryPolicy(std::chrono::nanoseconds shortest, std::chrono::nanoseconds longest,
              std::uint32_t seed)
      : shortest_(shortest), longest_(longest), next_(shortest), random_(seed) {}

  // The wait after one more failure.
  std::chrono::nanoseconds Next(std::optional<std::chrono::seconds> retry_after);

  // A request was answered: the next wait is the shortest again.
  void Reset() { next_ = shortest_; }

 private:
  std::chrono::nanoseconds shortest_;
  std::chrono::nanoseconds longest_;
  std::chrono::nanoseconds next_;
  std::minstd_rand random_;
};

}  // namespace hostpulse::push
