#pragma once

#include <algorithm>
#include <cstdint>

#include "core/clock.h"
#include "core/mutex.h"
#include "exporter/http/web_config.h"

namespace hostpulse::http {

// Lets `burst` requests through at once and one more every `interval`. Thread safe.
class TokenBucket {
 public:
  // The clock must outlive it.
  TokenBucket(const RateLimit& limit, const Clock& clock)
      : limit_(limit), clock_(clock), full_at_(clock.Monotonic()) {}

  bool Take() HOSTPULSE_EXCLUDES(mutex_) {
    const MonotonicTime now = clock_.Monotonic();
    const MutexLock lock(mutex_);
    // Tokens are counted by the time at which the bucket will be full again.
    const MonotonicTime next = std::max(full_at_, now) + limit_.interval;
    if (next > now + limit_.interval * static_cast<std::int64_t>(limit_.burst)) return false;
    full_at_ = next;
    return true;
  }

 private:
  const RateLimit limit_;
  const Clock& clock_;
  Mutex mutex_;
  MonotonicTime full_at_ HOSTPULSE_GUARDED_BY(mutex_);
};

}  // namespace hostpulse::http
