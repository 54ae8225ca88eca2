#include "push/sender_state.h"

#include <algorithm>

namespace hostpulse::push {

SenderState::Accepted SenderState::NoteAccepted(WallTime now) {
  MutexLock lock(mutex_);
  const bool is_first = !last_success_;
  const bool is_again = !last_error_.empty();
  doing_ = Doing::kSending;
  last_error_.clear();
  last_success_ = now;
  if (is_first) return Accepted::kFirst;
  return is_again ? Accepted::kAgain : Accepted::kAsUsual;
}

void SenderState::NoteFailure(const std::string& error) {
  MutexLock lock(mutex_);
  last_error_ = error;
  doing_ = Doing::kSending;
}

void SenderState::NoteProtocol(Protocol protocol) {
  MutexLock lock(mutex_);
  protocol_ = protocol;
}

void SenderState::BeginWait(Doing doing, MonotonicTime until) {
  MutexLock lock(mutex_);
  doing_ = doing;
  next_try_ = until;
}

void SenderState::EndWait() {
  MutexLock lock(mutex_);
  next_try_.reset();
}

void SenderState::Report(MonotonicTime now, DestinationReport& report) const {
  MutexLock lock(mutex_);
  report.protocol = NameOf(protocol_);
  report.last_error = last_error_;
  report.last_success = last_success_;
  if (next_try_) report.next_try_in = std::max(std::chrono::nanoseconds(0), *next_try_ - now);
  switch (doing_) {
    case Doing::kStarting:
      report.state = "starting";
      break;
    case Doing::kRetrying:
      report.state = "retrying";
      break;
    case Doing::kOnHold:
      report.state = "on hold";
      break;
    case Doing::kCatchingUp:
      report.state = "catching up";
      break;
    case Doing::kSending:
      report.state = report.backlog_samples == 0 ? "up to date" : "sending";
      break;
  }
}

}  // namespace hostpulse::push
