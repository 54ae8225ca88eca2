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
#include "push/account.h"
#include "push/destination.h"
#include "push/destination_link.h"
#include "push/destination_report.h"
#include "push/queue/queue.h"
#include "push/relabel.h"
#include "push/remote_write/request_builder.h"

namespace hostpulse::push {

// Brings what is queued to one destination from a thread of its own: oldest first, one request at a
// time, each acknowledged before the next, so that samples arrive in order and none is skipped. A
// request that fails is made again, unchanged, until it is accepted or refused for good. One that
// was not understood is made again in another protocol. After an outage the newest heartbeat goes
// ahead of the backlog, so that alerts about a silent host clear at once, and the backlog follows
// at CatchUp's pace.
class Sender {
 public:
  // The options are valid and named; `labels` are those that every series gets. All references
  // outlive it.
  Sender(DestinationOptions options, Relabeler relabeler, LabelSet labels,
         std::unique_ptr<Cursor> cursor, SenderTiming timing, const Clock& clock, Logger& log,
         Account& account);
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
  // What became of a request: settled, to be made again in another form, or cut short by a stop.
  enum class Fate { kSettled, kAgain, kStopped };

  void Run(const std::stop_token& stop);
  bool AwaitWork(const std::stop_token& stop);
  bool SendBatch(const std::stop_token& stop);
  void ChooseProtocol();
  Fate SendParts(const std::stop_token& stop, Tally& tally);
  bool SendHeartbeat(const std::stop_token& stop);
  bool AwaitClock(const std::stop_token& stop);
  Fate SendPart(const RequestPart& part, const std::stop_token& stop, bool& maybe_known,
                Tally& tally);
  std::optional<Fate> Settle(const SendResult& result, const RequestPart& part, bool maybe_known,
                             Tally& tally);
  std::optional<Fate> LeaveOutOvertaken(const SendResult& result, const RequestPart& part,
                                        Tally& tally);
  bool MetadataIsDue() const;
  void SendMetadata(const std::stop_token& stop);
  bool WaitAfterFailure(const SendResult& result, std::size_t samples, const std::stop_token& stop);
  PartLimits Limits() const;
  bool Shrink(std::size_t samples);
  bool BeginSingles();
  bool ReachesTheAgeLimit() const;
  void Refuse(const SendResult& result, std::size_t samples, bool maybe_known, Tally& tally);
  double LiveRate() const;
  std::chrono::nanoseconds BacklogAge() const;
  void NoteAccepted();
  RequestContent ContentOf(std::size_t samples) const;
  bool HeartbeatIsDue();

  const DestinationOptions options_;
  const SenderTiming timing_;
  const Clock& clock_;
  Logger& log_;
  Account& account_;
  std::unique_ptr<Cursor> cursor_;

  // Of the sender's thread.
  const LabelSet labels_;
  RequestBuilder builder_;
  DestinationLink link_;
  Batch batch_;
  std::size_t max_samples_;  // Smaller than configured for a while after a 413.
  MonotonicTime metadata_due_{};
  // Whether a sender before this one may have sent the first batch already, in part or whole.
  bool resuming_;
  std::size_t singles_ = 0;  // Collections still to send each by itself.
  // Up to where a heartbeat sent ahead stands for those before it, and whether the receiver wants
  // them no more.
  std::optional<std::int64_t> overtaken_until_ms_;
  bool leave_out_overtaken_ = false;
  std::jthread thread_;
};

}  // namespace hostpulse::push
