#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/mutex.h"
#include "push/queue/queue.h"
#include "push/remote_write/protocol.h"

namespace hostpulse::push {

// What became of the samples that a sender is done with.
struct Tally {
  std::size_t accepted = 0;
  std::size_t rejected = 0;
  std::size_t relabelled_away = 0;
  std::size_t too_old = 0;      // For sample_age_limit.
  std::size_t from_future = 0;  // Taken while the clock was ahead.
  std::size_t overtaken = 0;    // Heartbeats that a later one, sent ahead, stood for.
  std::size_t unknown = 0;      // Refused, perhaps because they had arrived before.

  std::size_t total() const {
    return accepted + rejected + relabelled_away + too_old + from_future + overtaken + unknown;
  }
};

// The families of hostpulse_push_* that have a destination. The registry outlives it.
struct AccountFamilies {
  explicit AccountFamilies(prometheus::Registry& registry);

  prometheus::Family<prometheus::Counter>& logged;
  prometheus::Family<prometheus::Counter>& acked;
  prometheus::Family<prometheus::Counter>& rejected;
  prometheus::Family<prometheus::Counter>& unknown;
  prometheus::Family<prometheus::Counter>& dropped;
  prometheus::Family<prometheus::Gauge>& queued;
  prometheus::Family<prometheus::Counter>& requests;
  prometheus::Family<prometheus::Counter>& retries;
  prometheus::Family<prometheus::Counter>& sent_bytes;
  prometheus::Family<prometheus::Gauge>& last_success;
  prometheus::Family<prometheus::Gauge>& oldest_unsent;
  prometheus::Family<prometheus::Gauge>& backoff;
  prometheus::Family<prometheus::Gauge>& clock_offset;
  prometheus::Family<prometheus::Gauge>& protocol;
};

// The books of one destination, in its name's series: of every sample that was logged for it they
// say whether it was accepted, rejected, one or the other, dropped and why, or is still queued. The
// sums agree whenever nothing is being published at that moment. It outlives senders that are
// replaced. Thread safe.
class Account {
 public:
  // `families` outlives it.
  Account(AccountFamilies& families, const std::string& destination);
  ~Account();
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  // Acknowledges up to `sequence` and books `tally`; what a bound of the queue had dropped
  // meanwhile is booked as dropped only.
  void Settle(Cursor& cursor, std::uint64_t sequence, Tally tally);

  // Brings the series up to date with the queue.
  void Publish(const Cursor& cursor);

  void CountRequest(int status, std::size_t bytes);  // Status 0: no answer.
  void CountRetry() { retries_.Increment(); }
  void NoteSuccess(WallTime now) { last_success_.Set(ToSeconds(now.time_since_epoch())); }
  void SetProtocol(Protocol protocol);  // In use.
  void SetClockOffset(std::chrono::nanoseconds offset) { clock_offset_.Set(ToSeconds(offset)); }
  void SetBackoff(std::chrono::nanoseconds wait) { backoff_.Set(ToSeconds(wait)); }

 private:
  prometheus::Counter& Dropped(const char* reason);
  void PublishLocked(const CursorStats& stats) HOSTPULSE_REQUIRES(mutex_);

  AccountFamilies& families_;
  const std::map<std::string, std::string> labels_;
  prometheus::Counter& logged_;
  prometheus::Counter& acked_;
  prometheus::Counter& rejected_;
  prometheus::Counter& unknown_;
  prometheus::Counter& dropped_for_bytes_;
  prometheus::Counter& dropped_for_age_;
  prometheus::Counter& dropped_for_disk_;
  prometheus::Counter& dropped_as_corrupt_;
  prometheus::Counter& dropped_by_relabelling_;
  prometheus::Counter& dropped_as_too_old_;
  prometheus::Counter& dropped_for_clock_;
  prometheus::Counter& dropped_as_overtaken_;
  prometheus::Gauge& queued_;
  prometheus::Counter& retries_;
  prometheus::Counter& sent_bytes_;
  prometheus::Gauge& last_success_;
  prometheus::Gauge& oldest_unsent_;
  prometheus::Gauge& backoff_;
  prometheus::Gauge& clock_offset_;

  Mutex mutex_;
  std::map<int, prometheus::Counter*> requests_ HOSTPULSE_GUARDED_BY(mutex_);
  std::optional<Protocol> protocol_ HOSTPULSE_GUARDED_BY(mutex_);
  prometheus::Gauge* protocol_gauge_ HOSTPULSE_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace hostpulse::push
