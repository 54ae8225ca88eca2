#pragma once

#include <chrono>
#include <optional>

#include "core/clock.h"
#include "core/unique_fd.h"

namespace hostpulse {

// The signals that steer the program, and the calls of other threads, as events of one loop. Made
// by the main thread before any other exists, because threads inherit what is blocked.
class Signals {
 public:
  enum class Event { kStop, kReload, kWake, kTimeout };

  // Blocks SIGTERM, SIGINT and SIGHUP for this and every later thread; ignores SIGPIPE, SIGUSR1
  // and SIGXFSZ.
  Signals();

  // The next event: SIGTERM or SIGINT, SIGHUP, a Wake, or that `deadline` (if any) is over.
  Event Wait(std::optional<MonotonicTime> deadline, const Clock& clock) const;

  // Ends a Wait. Any thread.
  void Wake() const;

 private:
  UniqueFd signals_;
  UniqueFd wake_;
};

// Ends the process with status 0 after this long, whatever its threads do by then: a statfs on a
// dead mount cannot be interrupted, and must not hold up a shutdown. Called by the main thread.
void ExitAfter(std::chrono::milliseconds grace);

}  // namespace hostpulse
