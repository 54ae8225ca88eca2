#include "exporter/reload_desk.h"

#include <utility>

namespace hostpulse {

Status ReloadDesk::Request() {
  MutexLock lock(mutex_);
  const std::uint64_t mine = ++requested_;
  wake_();
  while (done_ < mine && !closed_) served_.wait(lock);
  if (done_ < mine) return {ErrorCode::kTimeout, "the program is ending"};
  return outcome_;
}

void ReloadDesk::Serve(FunctionRef<Status()> reload) {
  std::uint64_t upto = 0;
  {
    MutexLock lock(mutex_);
    if (requested_ == done_) return;
    upto = requested_;
  }
  Status outcome = reload();
  MutexLock lock(mutex_);
  outcome_ = std::move(outcome);
  done_ = upto;
  served_.notify_all();
}

void ReloadDesk::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  served_.notify_all();
}

}  // namespace hostpulse
