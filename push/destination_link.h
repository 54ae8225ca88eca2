#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stop_token>
#include <string_view>

#include "core/clock.h"
#include "core/log/logger.h"
#include "core/mutex.h"
#include "push/account.h"
#include "push/catch_up.h"
#include "push/destination.h"
#include "push/receiver_clock.h"
#include "push/remote_write/protocol_chooser.h"
#include "push/remote_write/remote_write_client.h"
#include "push/retry_policy.h"
#include "push/sender_log.h"
#include "push/sender_state.h"

namespace hostpulse::push {

struct SenderTiming {
  std::chrono::nanoseconds collection_interval = std::chrono::seconds(15);
  std::chrono::nanoseconds hold_probe = std::chrono::seconds(60);  // Between probes while on hold.
  std::chrono::nanoseconds last_attempt = std::chrono::milliseconds(500);
  CatchUpOptions catch_up;
};

// What a request holds, for whoever has to say what failed.
struct RequestContent {
  std::size_t samples = 0;
  std::int64_t oldest_ms = std::numeric_limits<std::int64_t>::max();
};

// Whether the same samples are to be sent again in the same form. Where it is not certain that they
// were not understood, they are as good as refused.
bool IsToBeTriedAgain(const SendResult& result);

// How a sender speaks with its destination: the requests, in which protocol, the waits between
// them, what is known of the other side, and the books and lines of all that. Used by the sender's
// thread, but for BeginStop and state().
class DestinationLink {
 public:
  // The references outlive it.
  DestinationLink(const DestinationOptions& options, SenderTiming timing, const Clock& clock,
                  Logger& log, Account& account);

  // One request.
  SendResult Send(std::string_view body, Protocol protocol);

  // It took samples.
  void NoteAccepted(Protocol protocol);
  // It refused them for good.
  void NoteRefused() {
    retry_.Reset();
    protocols_.NoteRejected();
  }
  void NoteFailure(const SendResult& result, Protocol protocol, const RequestContent& content);

  // After a request that was not understood. False where no other protocol is left.
  bool StepDown(const SendResult& result);

  // Until a request that failed may be made again. False where a stop was asked for.
  bool WaitAfterFailure(const SendResult& result, Protocol protocol, const RequestContent& content,
                        const std::stop_token& stop);

  // While samples that were taken at `newest_ms` seem to be from the receiver's future, asks it for
  // the time. If our clock is ahead, waits until it was set right; if it no longer is, they were
  // taken while it was. False where a stop came first.
  bool AwaitClock(std::int64_t newest_ms, const std::stop_token& stop);

  // Until the next batch of a backlog may be sent. False where a stop was asked for.
  bool Pause(const std::stop_token& stop);

  // Requests end soon, and so does waiting once the sender's stop is requested. Any thread; false
  // where that was said before.
  bool BeginStop();
  bool HasTimeLeft() const;  // For a last attempt.

  ProtocolChooser& protocols() { return protocols_; }
  CatchUp& catch_up() { return catch_up_; }
  const ReceiverClock& receiver_clock() const { return receiver_clock_; }
  std::chrono::nanoseconds last_took() const { return last_took_; }  // From request to answer.
  SenderState& state() { return state_; }
  const SenderState& state() const { return state_; }

 private:
  bool AskForTime(const std::stop_token& stop);
  void HoldForClock(const std::stop_token& stop);
  void Sleep(std::chrono::nanoseconds time, SenderState::Doing doing, const std::stop_token& stop);

  const SenderTiming timing_;
  const Clock& clock_;
  Logger& log_;
  SenderLog sender_log_;
  Account& account_;
  RemoteWriteClient client_;
  ProtocolChooser protocols_;
  RetryPolicy retry_;
  ReceiverClock receiver_clock_;
  CatchUp catch_up_;
  std::chrono::nanoseconds last_took_{};

  SenderState state_;
  mutable Mutex mutex_;
  CondVar wake_;
  MonotonicTime end_by_ HOSTPULSE_GUARDED_BY(mutex_) = MonotonicTime::max();
};

}  // namespace hostpulse::push
