#include "push/account.h"

#include <algorithm>

#include "push/follow.h"

namespace hostpulse::push {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;

auto& NewCounter(prometheus::Registry& registry, const char* name, const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry);
}

auto& NewGauge(prometheus::Registry& registry, const char* name, const char* help) {
  return BuildGauge().Name(name).Help(help).Register(registry);
}

// Takes `excess` off the counts, the first ones first.
void Reduce(Tally& tally, std::size_t excess) {
  for (std::size_t* count :
       {&tally.accepted, &tally.rejected, &tally.relabelled_away, &tally.too_old,
        &tally.from_future, &tally.overtaken, &tally.unknown}) {
    const std::size_t part = std::min(*count, excess);
    *count -= part;
    excess -= part;
  }
}

}  // namespace

AccountFamilies::AccountFamilies(prometheus::Registry& registry)
    : logged(NewCounter(registry, "hostpulse_push_samples_logged_total",
                        "Samples put into the queue for the destination.")),
      acked(NewCounter(registry, "hostpulse_push_samples_acked_total",
                       "Samples that the destination accepted.")),
      rejected(NewCounter(registry, "hostpulse_push_samples_rejected_total",
                          "Samples in requests that the destination refused for good.")),
      unknown(NewCounter(registry, "hostpulse_push_samples_delivered_unknown_total",
                         "Samples refused when they were sent again after an answer was lost: most "
                         "likely the destination had them.")),
      dropped(NewCounter(registry, "hostpulse_push_samples_dropped_total",
                         "Samples never sent to the destination, by reason.")),
      queued(NewGauge(registry, "hostpulse_push_samples_queued",
                      "Samples waiting to be sent to the destination.")),
      requests(NewCounter(registry, "hostpulse_push_requests_total",
                          "Requests to the destination by HTTP status, none without answer.")),
      retries(NewCounter(registry, "hostpulse_push_retries_total",
                         "Requests that were made again because the one before failed.")),
      sent_bytes(NewCounter(registry, "hostpulse_push_sent_bytes_total",
                            "Bytes of request bodies, compressed, retries included.")),
      last_success(NewGauge(registry, "hostpulse_push_last_success_timestamp_seconds",
                            "When the destination last accepted a request, 0 if it never did.")),
      oldest_unsent(NewGauge(registry, "hostpulse_push_oldest_unsent_timestamp_seconds",
                             "Timestamp of the oldest sample still queued, 0 if there is none.")),
      backoff(NewGauge(registry, "hostpulse_push_backoff_seconds",
                       "How long the sender waits before it tries again, 0 if it does not.")),
      clock_offset(NewGauge(registry, "hostpulse_push_clock_offset_seconds",
                            "The destination's clock less this host's, by the date of its last "
                            "answer; 0 if it tells none.")),
      protocol(NewGauge(registry, "hostpulse_push_protocol",
                        "Always 1; the label says in which protocol the destination last accepted "
                        "samples.")) {}

Account::Account(AccountFamilies& families, const std::string& destination)
    : families_(families),
      labels_({{"destination", destination}}),
      logged_(families.logged.Add(labels_)),
      acked_(families.acked.Add(labels_)),
      rejected_(families.rejected.Add(labels_)),
      unknown_(families.unknown.Add(labels_)),
      dropped_for_bytes_(Dropped("max_bytes")),
      dropped_for_age_(Dropped("max_age")),
      dropped_for_disk_(Dropped("disk")),
      dropped_as_corrupt_(Dropped("corrupt")),
      dropped_by_relabelling_(Dropped("relabel")),
      dropped_as_too_old_(Dropped("sample_age_limit")),
      dropped_for_clock_(Dropped("clock")),
      dropped_as_overtaken_(Dropped("heartbeat")),
      queued_(families.queued.Add(labels_)),
      retries_(families.retries.Add(labels_)),
      sent_bytes_(families.sent_bytes.Add(labels_)),
      last_success_(families.last_success.Add(labels_)),
      oldest_unsent_(families.oldest_unsent.Add(labels_)),
      backoff_(families.backoff.Add(labels_)),
      clock_offset_(families.clock_offset.Add(labels_)) {}

Account::~Account() {
  families_.logged.Remove(&logged_);
  families_.acked.Remove(&acked_);
  families_.rejected.Remove(&rejected_);
  families_.unknown.Remove(&unknown_);
  for (prometheus::Counter* dropped :
       {&dropped_for_bytes_, &dropped_for_age_, &dropped_for_disk_, &dropped_as_corrupt_,
        &dropped_by_relabelling_, &dropped_as_too_old_, &dropped_for_clock_,
        &dropped_as_overtaken_}) {
    families_.dropped.Remove(dropped);
  }
  families_.queued.Remove(&queued_);
  families_.retries.Remove(&retries_);
  families_.sent_bytes.Remove(&sent_bytes_);
  families_.last_success.Remove(&last_success_);
  families_.oldest_unsent.Remove(&oldest_unsent_);
  families_.backoff.Remove(&backoff_);
  families_.clock_offset.Remove(&clock_offset_);
  for (const auto& [status, counter] : requests_) families_.requests.Remove(counter);
  if (protocol_gauge_ != nullptr) families_.protocol.Remove(protocol_gauge_);
}

prometheus::Counter& Account::Dropped(const char* reason) {
  auto labels = labels_;
  labels.emplace("reason", reason);
  return families_.dropped.Add(labels);
}

void Account::Settle(Cursor& cursor, std::uint64_t sequence, Tally tally) {
  MutexLock lock(mutex_);
  const std::size_t released = cursor.Ack(sequence);
  Reduce(tally, tally.total() - std::min(released, tally.total()));
  acked_.Increment(static_cast<double>(tally.accepted));
  rejected_.Increment(static_cast<double>(tally.rejected));
  unknown_.Increment(static_cast<double>(tally.unknown));
  dropped_by_relabelling_.Increment(static_cast<double>(tally.relabelled_away));
  dropped_as_too_old_.Increment(static_cast<double>(tally.too_old));
  dropped_for_clock_.Increment(static_cast<double>(tally.from_future));
  dropped_as_overtaken_.Increment(static_cast<double>(tally.overtaken));
  PublishLocked(cursor.Stats());
}

void Account::Publish(const Cursor& cursor) {
  MutexLock lock(mutex_);
  PublishLocked(cursor.Stats());
}

void Account::PublishLocked(const CursorStats& stats) {
  Follow(logged_, stats.logged_samples);
  Follow(dropped_for_bytes_, stats.dropped_for_bytes);
  Follow(dropped_for_age_, stats.dropped_for_age);
  Follow(dropped_for_disk_, stats.dropped_for_disk);
  Follow(dropped_as_corrupt_, stats.dropped_as_corrupt);
  queued_.Set(static_cast<double>(stats.queued_samples));
  oldest_unsent_.Set(static_cast<double>(stats.oldest_ms.value_or(0)) / 1000);
}

void Account::SetProtocol(Protocol protocol) {
  MutexLock lock(mutex_);
  if (protocol_ == protocol) return;
  protocol_ = protocol;
  if (protocol_gauge_ != nullptr) families_.protocol.Remove(protocol_gauge_);
  auto labels = labels_;
  labels.emplace("protocol", NameOf(protocol));
  protocol_gauge_ = &families_.protocol.Add(labels);
  protocol_gauge_->Set(1);
}

void Account::CountRequest(int status, std::size_t bytes) {
  MutexLock lock(mutex_);
  prometheus::Counter*& counter = requests_[status];
  if (counter == nullptr) {
    auto labels = labels_;
    labels.emplace("code", status == 0 ? "none" : std::to_string(status));
    counter = &families_.requests.Add(labels);
  }
  counter->Increment();
  sent_bytes_.Increment(static_cast<double>(bytes));
}

}  // namespace hostpulse::push
