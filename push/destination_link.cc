#include "push/destination_link.h"

#include <algorithm>
#include <random>
#include <string>

#include "core/duration.h"
#include "push/remote_write/compressor.h"

namespace hostpulse::push {

bool IsToBeTriedAgain(const SendResult& result) {
  return result.outcome == SendOutcome::kRetry || result.outcome == SendOutcome::kHold ||
         (result.outcome == SendOutcome::kNotUnderstood && result.certain);
}

DestinationLink::DestinationLink(const DestinationOptions& options, SenderTiming timing,
                                 const Clock& clock, Logger& log, Account& account)
    : timing_(timing),
      clock_(clock),
      log_(log),
      sender_log_(log, clock, timing.hold_probe),
      account_(account),
      client_(options.transport, clock),
      protocols_(options.protobuf_message, options.compression),
      retry_(options.queue_config.min_backoff, options.queue_config.max_backoff,
             std::random_device()()),
      receiver_clock_(clock),
      catch_up_(timing.catch_up, std::random_device()()) {}

bool DestinationLink::BeginStop() {
  const MonotonicTime end_by = std::chrono::steady_clock::now() + timing_.last_attempt;
  {
    MutexLock lock(mutex_);
    if (end_by_ != MonotonicTime::max()) return false;
    end_by_ = end_by;
  }
  client_.EndBy(end_by);
  return true;
}

bool DestinationLink::HasTimeLeft() const {
  MutexLock lock(mutex_);
  return std::chrono::steady_clock::now() < end_by_;
}

SendResult DestinationLink::Send(std::string_view body, Protocol protocol) {
  const MonotonicTime start = clock_.Monotonic();
  SendResult result = client_.Send({body, protocol});
  last_took_ = clock_.Monotonic() - start;
  account_.CountRequest(result.status, body.size());
  if (result.status != 0) {
    receiver_clock_.NoteAnswer(result.clock_offset);
    account_.SetClockOffset(receiver_clock_.offset());
  }
  return result;
}

void DestinationLink::NoteAccepted(Protocol protocol) {
  retry_.Reset();
  protocols_.NoteAccepted();
  account_.SetProtocol(protocol);
  const WallTime now = clock_.Now();
  account_.NoteSuccess(now);
  switch (state_.NoteAccepted(now)) {
    case SenderState::Accepted::kFirst:
      log_.Info("first samples accepted", {{"protocol", NameOf(protocol)}});
      break;
    case SenderState::Accepted::kAgain:
      log_.Info("samples are accepted again");
      break;
    case SenderState::Accepted::kAsUsual:
      break;
  }
}

void DestinationLink::NoteFailure(const SendResult& result, Protocol protocol,
                                  const RequestContent& content) {
  state_.NoteFailure(result.error);
  sender_log_.Failure(result, protocol, content.samples, content.oldest_ms);
}

bool DestinationLink::StepDown(const SendResult& result) {
  const Protocol before = protocols_.current();
  if (!protocols_.StepDown(result.certain, clock_.Monotonic())) return false;
  log_.Info("the destination does not take this protocol", {{"protocol", NameOf(before)},
                                                            {"next", NameOf(protocols_.current())},
                                                            {"status", result.status}});
  return true;
}

bool DestinationLink::WaitAfterFailure(const SendResult& result, Protocol protocol,
                                       const RequestContent& content, const std::stop_token& stop) {
  NoteFailure(result, protocol, content);
  catch_up_.NoteFailure(clock_.Monotonic());
  const bool retries = result.outcome == SendOutcome::kRetry;
  const std::chrono::nanoseconds time =
      retries ? retry_.Next(result.retry_after) : timing_.hold_probe;
  account_.SetBackoff(time);
  Sleep(time, retries ? SenderState::Doing::kRetrying : SenderState::Doing::kOnHold, stop);
  account_.SetBackoff(std::chrono::nanoseconds(0));
  if (stop.stop_requested()) return false;
  account_.CountRetry();
  return true;
}

bool DestinationLink::AwaitClock(std::int64_t newest_ms, const std::stop_token& stop) {
  while (receiver_clock_.IsAhead(newest_ms)) {
    if (!AskForTime(stop)) return false;
    if (!receiver_clock_.IsAhead(newest_ms) || !receiver_clock_.WeAreAhead()) return true;
    HoldForClock(stop);
    if (stop.stop_requested()) return false;
  }
  return true;
}

void DestinationLink::HoldForClock(const std::stop_token& stop) {
  const std::string ahead =
      FormatDuration(std::chrono::duration_cast<std::chrono::seconds>(-receiver_clock_.offset()));
  state_.NoteFailure("the clock of this host is " + ahead + " ahead of the destination's");
  log_.Error("the clock is ahead of the destination's: holding what is queued; set it right",
             {{"ahead", ahead}, {"next_try", FormatDuration(timing_.hold_probe)}});
  Sleep(timing_.hold_probe, SenderState::Doing::kOnHold, stop);
}

// By a request without samples, until there is an answer. False where a stop came first.
bool DestinationLink::AskForTime(const std::stop_token& stop) {
  const Protocol protocol = protocols_.last();
  Compressor compressor;
  while (!stop.stop_requested()) {
    const SendResult result = Send(compressor.Compress("", protocol), protocol);
    if (!IsToBeTriedAgain(result) || result.clock_offset) return true;
    if (!WaitAfterFailure(result, protocol, {}, stop)) return false;
  }
  return false;
}

bool DestinationLink::Pause(const std::stop_token& stop) {
  const std::chrono::nanoseconds time = catch_up_.Pause(clock_.Monotonic());
  if (time.count() > 0) Sleep(time, SenderState::Doing::kCatchingUp, stop);
  return !stop.stop_requested();
}

void DestinationLink::Sleep(std::chrono::nanoseconds time, SenderState::Doing doing,
                            const std::stop_token& stop) {
  state_.BeginWait(doing, clock_.Monotonic() + time);
  {
    MutexLock lock(mutex_);
    wake_.wait_for(lock, stop, time, [] { return false; });
  }
  state_.EndWait();
}

}  // namespace hostpulse::push
