#pragma once

#include <cstdint>
#include <functional>

#include "core/function_ref.h"
#include "core/mutex.h"
#include "core/result.h"

namespace hostpulse {

// Where the threads that answer HTTP ask the main thread for a reload and wait for how it went, so
// that only one thread ever exchanges parts of the program. Thread safe.
class ReloadDesk {
 public:
  // `wake` makes the main thread call Serve.
  explicit ReloadDesk(std::function<void()> wake) : wake_(std::move(wake)) {}

  // Waits for a reload that begins after this call; requests that come together share one.
  // Errors: those of the reload; kTimeout where the program ends first.
  Status Request() HOSTPULSE_EXCLUDES(mutex_);

  // Runs `reload` if anybody waits for one. The main thread.
  void Serve(FunctionRef<Status()> reload) HOSTPULSE_EXCLUDES(mutex_);

  // Lets everybody go who waits, and refuses further requests.
  void Close() HOSTPULSE_EXCLUDES(mutex_);

 private:
  const std::function<void()> wake_;
  Mutex mutex_;
  CondVar served_;
  std::uint64_t requested_ HOSTPULSE_GUARDED_BY(mutex_) = 0;
  std::uint64_t done_ HOSTPULSE_GUARDED_BY(mutex_) = 0;
  Status outcome_ HOSTPULSE_GUARDED_BY(mutex_);
  bool closed_ HOSTPULSE_GUARDED_BY(mutex_) = false;
};

}  // namespace hostpulse
