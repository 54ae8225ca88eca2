#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>

#include "core/clock.h"
#include "core/log/logger.h"
#include "push/remote_write/protocol.h"
#include "push/remote_write/remote_write_client.h"

namespace hostpulse::push {

// What a sender says in its log: of each kind of failure a line every ten seconds at most, with
// what to do. Used by the sender's thread.
class SenderLog {
 public:
  // The references outlive it. `hold_probe` is how often a destination on hold is tried.
  SenderLog(Logger& log, const Clock& clock, std::chrono::nanoseconds hold_probe)
      : log_(log), clock_(clock), hold_probe_(hold_probe) {}

  // A request was not accepted: it held so many samples, the oldest at this time.
  void Failure(const SendResult& result, Protocol protocol, std::size_t samples,
               std::int64_t oldest_ms);

 private:
  void Refusal(const SendResult& result, std::size_t samples, std::int64_t oldest_ms);

  Logger& log_;
  const Clock& clock_;
  const std::chrono::nanoseconds hold_probe_;
  std::map<SendOutcome, MonotonicTime> next_;  // When one of this kind may be said again.
};

}  // namespace hostpulse::push
