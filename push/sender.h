#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "core/clock.h"
#include "core/log/logger.h"
#include "core/mutex.h"
#include "push/account.h"
#include "push/destination.h"
#include "push/destination_report.h"
#include "push/queue/queue.h"
#include "push/relabel.h"
#include "push/remote_write/remote_write_client.h"
#include "push/remote_write/request_builder.h"
#include "push/retry_policy.h"

namespace hostpulse::push {

struct SenderTiming {
  std::chrono::nanoseconds collection_interval = std::chrono::seconds(15);
  std::chrono::nanoseconds hold_probe = std::chrono::seconds(60);  // Between probes while on hold.
  std::chrono::nanoseconds last_attempt = std::chrono::milliseconds(500);
};

// Brings what is queued to one destination from a thread of its own: oldest first, one request at a
// time, each acknowledged before the next, so that samples arrive in order and none is skipped. A
// request that fails is made again, unchanged, until it is accepted or refused for good.
class Sender {
 public:
  // The options are valid and named. All references outlive it.
  Sender(DestinationOptions options, Relabeler relabeler, std::unique_ptr<Cursor> cursor,
         SenderTiming timing, const Clock& clock, Logger& log, Account& account);
  ~Sender();

  void Start();

  // Ends waiting and, after one last attempt within SenderTiming::last_attempt, the thread. Returns
  // at once.
  void BeginStop();
  void Stop();  // BeginStop, and waits for it.

  const DestinationOptions& options() const { return options_; }
  DestinationReport Report() const;
  void Publish() { account_.Publish(*cursor_); }  // Any thread.

 private:
  enum class State { kStarting, kSending, kAccepted, kRetrying, kOnHold };

  void Run(const std::stop_token& stop);
  bool AwaitWork(const std::stop_token& stop);
  bool SendBatch(const std::stop_token& stop);
  std::optional<SendOutcome> SendPart(const RequestPart& part, const std::stop_token& stop);
  SendResult SendOnce(std::string_view body);
  void SendMetadata(const std::stop_token& stop);
  bool Wait(State state, std::chrono::nanoseconds time, const std::stop_token& stop);
  PartLimits Limits() const;
  bool Shrink(std::size_t samples);
  void NoteAccepted();
  void NoteFailure(const SendResult& result, std::size_t samples);

  const DestinationOptions options_;
  const SenderTiming timing_;
  const Clock& clock_;
  Logger& log_;
  Account& account_;
  std::unique_ptr<Cursor> cursor_;

  // Of the sender's thread.
  RequestBuilder builder_;
  RemoteWriteClient client_;
  RetryPolicy retry_;
  Batch batch_;
  std::size_t max_samples_;  // Smaller than configured for a while after a 413.
  MonotonicTime metadata_due_{};
  std::optional<MonotonicTime> last_logged_;

  mutable Mutex mutex_;
  CondVar wake_;
  State state_ HOSTPULSE_GUARDED_BY(mutex_) = State::kStarting;
  std::string last_error_ HOSTPULSE_GUARDED_BY(mutex_);
  std::optional<MonotonicTime> next_try_ HOSTPULSE_GUARDED_BY(mutex_);
  std::optional<WallTime> last_success_ HOSTPULSE_GUARDED_BY(mutex_);
  MonotonicTime end_by_ HOSTPULSE_GUARDED_BY(mutex_) = MonotonicTime::max();
  std::jthread thread_;
};

}  // namespace hostpulse::push
