#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/mutex.h"
#include "push/destination_report.h"
#include "push/remote_write/protocol.h"

namespace hostpulse::push {

// What a sender is doing, for whoever looks at it meanwhile. Thread safe.
class SenderState {
 public:
  enum class Doing { kStarting, kSending, kRetrying, kOnHold, kCatchingUp };

  // How a request was accepted: for the first time, for the first time after others were not, or
  // as the ones before.
  enum class Accepted { kFirst, kAgain, kAsUsual };

  Accepted NoteAccepted(WallTime now);
  void NoteFailure(const std::string& error);
  void NoteProtocol(Protocol protocol);
  void BeginWait(Doing doing, MonotonicTime until);
  void EndWait();

  // Fills in what it knows: state, protocol, errors and times.
  void Report(MonotonicTime now, DestinationReport& report) const;

 private:
  mutable Mutex mutex_;
  Doing doing_ HOSTPULSE_GUARDED_BY(mutex_) = Doing::kStarting;
  Protocol protocol_ HOSTPULSE_GUARDED_BY(mutex_) = Protocol::kRemoteWrite1;
  std::string last_error_ HOSTPULSE_GUARDED_BY(mutex_);
  std::optional<MonotonicTime> next_try_ HOSTPULSE_GUARDED_BY(mutex_);
  std::optional<WallTime> last_success_ HOSTPULSE_GUARDED_BY(mutex_);
};

}  // namespace hostpulse::push
