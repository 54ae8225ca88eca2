#include "push/sender.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

#include "push/age_limit.h"
#include "push/heartbeat.h"
#include "push/remote_write/arrange.h"

namespace hostpulse::push {
namespace {

// How long to sleep where nothing is queued; anything that is appended ends it.
constexpr auto kIdle = std::chrono::hours(1);
// A request of so few samples that is still too large has something wrong with it.
constexpr std::size_t kFewestSamples = 100;

// The times of a batch's oldest and newest sample, Unix milliseconds.
struct TimeSpan {
  std::int64_t first_ms = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_ms = std::numeric_limits<std::int64_t>::min();
};

TimeSpan SpanOf(const Batch& batch) {
  TimeSpan span;
  for (const Sample& sample : batch.samples) {
    span.first_ms = std::min(span.first_ms, sample.timestamp_ms);
    span.last_ms = std::max(span.last_ms, sample.timestamp_ms);
  }
  return span;
}

}  // namespace

Sender::Sender(DestinationOptions options, Relabeler relabeler, LabelSet labels,
               std::unique_ptr<Cursor> cursor, SenderTiming timing, const Clock& clock, Logger& log,
               Account& account)
    : options_(std::move(options)),
      timing_(timing),
      clock_(clock),
      log_(log),
      account_(account),
      cursor_(std::move(cursor)),
      labels_(std::move(labels)),
      builder_(std::move(relabeler), HeartbeatBatch(labels_, 0).series[0].series->labels),
      link_(options_, timing, clock, log, account),
      max_samples_(options_.queue_config.max_samples_per_send),
      resuming_(cursor_->Stats().queued_samples > 0) {}

Sender::~Sender() {
  Stop();
}

void Sender::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void Sender::BeginStop() {
  if (link_.BeginStop()) thread_.request_stop();
}

void Sender::Stop() {
  if (!thread_.joinable()) return;
  BeginStop();
  thread_.join();
  if (const std::uint64_t left = cursor_->Stats().queued_samples; left > 0) {
    log_.Warn("stopped with samples not sent", {{"samples", left}});
  }
}

DestinationReport Sender::Report() const {
  const CursorStats stats = cursor_->Stats();
  DestinationReport report;
  report.name = options_.name;
  report.url = RedactedUrl(options_.transport.url);
  report.backlog_samples = stats.queued_samples;
  report.backlog_age = BacklogAge();
  link_.state().Report(clock_.Monotonic(), report);
  return report;
}

void Sender::Run(const std::stop_token& stop) {
  try {
    link_.catch_up().Resume(BacklogAge());
    while (!stop.stop_requested()) {
      if (AwaitWork(stop)) SendBatch(stop);
    }
    while (link_.HasTimeLeft() && SendBatch(stop)) {
    }
  } catch (const std::exception& error) {
    log_.Error("the sender ended", {{"error", error.what()}});
  }
}

// Where collections come more often than a batch is closed, the batch fills until its first one has
// waited for that time.
bool Sender::AwaitWork(const std::stop_token& stop) {
  cursor_->WaitForMore(0, stop, kIdle);
  const auto deadline = options_.queue_config.batch_send_deadline;
  const std::chrono::nanoseconds age = BacklogAge();
  CatchUp& catch_up = link_.catch_up();
  if (catch_up.active() && age < timing_.catch_up.outage) catch_up.NoteCaughtUp();
  if (singles_ == 0 && timing_.collection_interval < deadline && age < deadline) {
    cursor_->WaitForMore(options_.queue_config.max_samples_per_send - 1, stop, deadline - age);
  }
  return link_.Pause(stop);
}

// Sends the next batch and acknowledges it. False where there is none, or a stop came first.
bool Sender::SendBatch(const std::stop_token& stop) {
  PeekLimits limits;
  limits.max_samples = options_.queue_config.max_samples_per_send;
  if (singles_ > 0) limits.max_collections = 1;
  if (!cursor_->Peek(limits, batch_)) return false;
  ArrangeForCompression(batch_);
  if (!AwaitClock(stop)) return false;
  link_.protocols().BeginBatch(clock_.Monotonic());
  Tally tally;
  switch (SendParts(stop, tally)) {
    case Fate::kStopped:
      return false;
    case Fate::kAgain:
      return true;
    case Fate::kSettled:
      break;
  }
  account_.Settle(*cursor_, batch_.last_sequence, tally);
  builder_.Forget(batch_);
  if (singles_ > 0) --singles_;
  if (singles_ == 0) resuming_ = false;
  if (overtaken_until_ms_ && SpanOf(batch_).last_ms >= *overtaken_until_ms_) {
    overtaken_until_ms_.reset();
    leave_out_overtaken_ = false;
  }
  if (tally.accepted > 0) SendMetadata(stop);
  return true;
}

// kAgain: another batch is to be peeked at.
Sender::Fate Sender::SendParts(const std::stop_token& stop, Tally& tally) {
  bool maybe_known = resuming_;
  for (std::size_t at = 0; at < batch_.series.size();) {
    if (!SendHeartbeat(stop)) return Fate::kStopped;
    ChooseProtocol();
    const RequestPart part = builder_.Build(batch_, at, Limits());
    const std::size_t left_out = leave_out_overtaken_ ? part.overtaken : 0;
    if (part.samples > 0) {
      const Fate fate = SendPart(part, stop, maybe_known, tally);
      if (fate == Fate::kStopped) return fate;
      if (fate == Fate::kAgain && singles_ > 0 && batch_.collections > 1) return fate;
      if (fate == Fate::kAgain) continue;  // The same stretch, in another form.
    }
    tally.relabelled_away += part.relabelled_away;
    tally.too_old += part.too_old;
    tally.from_future += part.from_future;
    tally.overtaken += left_out;
    at = part.next_series;
    maybe_known = resuming_;
  }
  return Fate::kSettled;
}

// The newest heartbeat alone, where it is due. False where a stop came first.
bool Sender::SendHeartbeat(const std::stop_token& stop) {
  while (!stop.stop_requested() && HeartbeatIsDue()) {
    ChooseProtocol();
    const std::optional<std::int64_t> newest_ms = cursor_->Stats().newest_ms;
    const Batch batch = HeartbeatBatch(labels_, newest_ms.value_or(0));
    const RequestPart part = builder_.Build(batch, 0, {});
    if (newest_ms && part.samples > 0) {
      const SendResult result = link_.Send(part.body, builder_.protocol());
      const bool accepted = result.outcome == SendOutcome::kAccepted;
      if (result.outcome == SendOutcome::kNotUnderstood && link_.StepDown(result)) continue;
      if (IsToBeTriedAgain(result)) {
        if (!WaitAfterFailure(result, part.samples, stop)) return false;
        continue;
      }
      if (accepted) NoteAccepted();
      overtaken_until_ms_ = accepted ? newest_ms : std::nullopt;
      leave_out_overtaken_ = false;
    }
    link_.catch_up().NoteHeartbeat(clock_.Monotonic());
    if (!link_.Pause(stop)) return false;
  }
  return true;
}

void Sender::ChooseProtocol() {
  builder_.SetProtocol(link_.protocols().current());
  link_.state().NoteProtocol(builder_.protocol());
}

// Makes one request until it is settled. `maybe_known` is set where one of them may have arrived.
Sender::Fate Sender::SendPart(const RequestPart& part, const std::stop_token& stop,
                              bool& maybe_known, Tally& tally) {
  while (true) {
    const SendResult result = link_.Send(part.body, builder_.protocol());
    if (const auto fate = Settle(result, part, maybe_known, tally)) return *fate;
    maybe_known = maybe_known || result.maybe_delivered;
    if (!WaitAfterFailure(result, part.samples, stop)) return Fate::kStopped;
    if (HeartbeatIsDue()) return Fate::kAgain;
  }
}

// What the answer makes of the request's samples; nothing where it is to be made again.
std::optional<Sender::Fate> Sender::Settle(const SendResult& result, const RequestPart& part,
                                           bool maybe_known, Tally& tally) {
  switch (result.outcome) {
    case SendOutcome::kAccepted:
      NoteAccepted();
      link_.catch_up().NoteAccepted(clock_.Monotonic(), part.samples, link_.last_took(),
                                    LiveRate());
      tally.accepted += part.samples;
      return Fate::kSettled;
    case SendOutcome::kNotUnderstood:
      if (link_.StepDown(result)) return Fate::kAgain;
      break;
    case SendOutcome::kTooLarge:
      if (Shrink(part.samples)) return Fate::kAgain;
      break;
    case SendOutcome::kRejected:
      if (const auto fate = LeaveOutOvertaken(result, part, tally)) return fate;
      if (BeginSingles()) return Fate::kAgain;
      break;
    case SendOutcome::kRetry:
    case SendOutcome::kHold:
      break;
  }
  if (IsToBeTriedAgain(result)) return std::nullopt;
  Refuse(result, part.samples, maybe_known, tally);
  return Fate::kSettled;
}

// A receiver that refuses a request may do so for the heartbeats in it alone, since it has a later
// one: then the rest is fine. Nothing where that is not so.
std::optional<Sender::Fate> Sender::LeaveOutOvertaken(const SendResult& result,
                                                      const RequestPart& part, Tally& tally) {
  if (part.overtaken == 0) return std::nullopt;
  if (leave_out_overtaken_) {
    leave_out_overtaken_ = false;  // It was not for them.
    return std::nullopt;
  }
  if (builder_.protocol() != Protocol::kRemoteWrite2) {
    leave_out_overtaken_ = true;
    return Fate::kAgain;
  }
  if (result.samples_written + part.overtaken != part.samples) return std::nullopt;
  leave_out_overtaken_ = true;
  NoteAccepted();
  tally.accepted += result.samples_written;
  tally.overtaken += part.overtaken;
  return Fate::kSettled;
}

// The samples are done with, but for those that the receiver kept. After a request whose answer was
// lost, the refusal may mean that it has them all.
void Sender::Refuse(const SendResult& result, std::size_t samples, bool maybe_known, Tally& tally) {
  const std::size_t written = std::min(result.samples_written, samples);
  tally.accepted += written;
  (maybe_known ? tally.unknown : tally.rejected) += samples - written;
  link_.NoteRefused();
  if (!maybe_known) cursor_->KeepRefused();
  if (maybe_known) {
    log_.Info("a request that may have arrived before was refused",
              {{"error", result.error}, {"samples", samples}});
  } else {
    link_.NoteFailure(result, builder_.protocol(), ContentOf(samples));
  }
}

// Prometheus takes all of a 1.0 request or nothing. Of the first batch after a start it may have
// some collections already, and of one that reaches back an hour some may be too old for it: then a
// refusal calls for each collection by itself. False where that is so already, or where a batch is
// of neither kind.
bool Sender::BeginSingles() {
  if (singles_ > 0 || batch_.collections < 2) return false;
  if (builder_.protocol() == Protocol::kRemoteWrite2) return false;
  if (!resuming_ && !ReachesTheAgeLimit()) return false;
  singles_ = batch_.collections;
  log_.Debug("sending each collection of a batch by itself", {{"collections", singles_}});
  return true;
}

bool Sender::ReachesTheAgeLimit() const {
  const TimeSpan span = SpanOf(batch_);
  const std::int64_t limit_ms = ToUnixMillis(clock_.Now() - kAgeLimit);
  return span.first_ms <= limit_ms + kAgeLimitMargin.count() &&
         span.last_ms >= limit_ms - kAgeLimitMargin.count();
}

bool Sender::AwaitClock(const std::stop_token& stop) {
  const std::int64_t newest_ms = SpanOf(batch_).last_ms;
  if (!link_.AwaitClock(newest_ms, stop)) return false;
  if (link_.receiver_clock().IsAhead(newest_ms)) {
    log_.Warn("samples are left out that were taken while the clock was ahead",
              {{"collections", batch_.collections}});
  }
  return true;
}

bool Sender::MetadataIsDue() const {
  return options_.metadata_config.send && clock_.Monotonic() >= metadata_due_;
}

// In requests of its own, unless the protocol had it in those of the batch.
void Sender::SendMetadata(const std::stop_token& stop) {
  if (!MetadataIsDue() || stop.stop_requested()) return;
  metadata_due_ = clock_.Monotonic() + options_.metadata_config.send_interval;
  for (const std::string& body : builder_.Metadata()) {
    const SendResult result = link_.Send(body, builder_.protocol());
    if (result.outcome == SendOutcome::kAccepted) continue;
    log_.Debug("metadata was not accepted", {{"error", result.error}});
    return;
  }
}

PartLimits Sender::Limits() const {
  PartLimits limits;
  limits.max_samples = max_samples_;
  const std::chrono::nanoseconds age = options_.queue_config.sample_age_limit;
  if (age.count() > 0) limits.not_before_ms = ToUnixMillis(clock_.Now() - age);
  limits.not_after_ms = ToUnixMillis(link_.receiver_clock().Now() + ReceiverClock::kMostAhead);
  limits.with_help = MetadataIsDue();
  if (overtaken_until_ms_) limits.overtaken_until_ms = *overtaken_until_ms_;
  limits.leave_out_overtaken = leave_out_overtaken_;
  return limits;
}

// After a request of so many samples was too large. False where smaller ones make no sense.
bool Sender::Shrink(std::size_t samples) {
  if (samples <= kFewestSamples) return false;
  max_samples_ = std::max(kFewestSamples, samples / 2);
  log_.Info("the destination takes only smaller requests", {{"max_samples", max_samples_}});
  return true;
}

void Sender::NoteAccepted() {
  link_.NoteAccepted(builder_.protocol());
  max_samples_ =
      std::min(max_samples_ + max_samples_ / 10, options_.queue_config.max_samples_per_send);
}

bool Sender::WaitAfterFailure(const SendResult& result, std::size_t samples,
                              const std::stop_token& stop) {
  return link_.WaitAfterFailure(result, builder_.protocol(), ContentOf(samples), stop);
}

RequestContent Sender::ContentOf(std::size_t samples) const {
  return {samples, SpanOf(batch_).first_ms};
}

bool Sender::HeartbeatIsDue() {
  return link_.catch_up().HeartbeatIsDue(clock_.Monotonic());
}

// Samples a second that are collected, after the batch.
double Sender::LiveRate() const {
  const double interval = ToSeconds(timing_.collection_interval);
  if (batch_.collections == 0 || interval <= 0) return 0;
  return static_cast<double>(batch_.samples.size()) / static_cast<double>(batch_.collections) /
         interval;
}

std::chrono::nanoseconds Sender::BacklogAge() const {
  const std::optional<std::int64_t> oldest_ms = cursor_->Stats().oldest_ms;
  if (!oldest_ms) return {};
  return std::chrono::milliseconds(
      std::max<std::int64_t>(0, ToUnixMillis(clock_.Now()) - *oldest_ms));
}

}  // namespace hostpulse::push
