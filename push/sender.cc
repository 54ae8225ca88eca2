#include "push/sender.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <random>
#include <utility>

#include "core/duration.h"
#include "push/age_limit.h"
#include "push/heartbeat.h"
#include "push/remote_write/arrange.h"
#include "push/remote_write/compressor.h"

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

// Whether the same samples are to be sent again in the same form. Where it is not certain that they
// were not understood, they are as good as refused.
bool IsToBeTriedAgain(const SendResult& result) {
  return result.outcome == SendOutcome::kRetry || result.outcome == SendOutcome::kHold ||
         (result.outcome == SendOutcome::kNotUnderstood && result.certain);
}

}  // namespace

Sender::Sender(DestinationOptions options, Relabeler relabeler, LabelSet labels,
               std::unique_ptr<Cursor> cursor, SenderTiming timing, const Clock& clock, Logger& log,
               Account& account)
    : options_(std::move(options)),
      timing_(timing),
      clock_(clock),
      log_(log),
      sender_log_(log, clock, timing.hold_probe),
      account_(account),
      cursor_(std::move(cursor)),
      labels_(std::move(labels)),
      builder_(std::move(relabeler), HeartbeatBatch(labels_, 0).series[0].series->labels),
      client_(options_.transport, clock),
      protocols_(options_.protobuf_message, options_.compression),
      retry_(options_.queue_config.min_backoff, options_.queue_config.max_backoff,
             std::random_device()()),
      receiver_clock_(clock),
      catch_up_(timing.catch_up, std::random_device()()),
      max_samples_(options_.queue_config.max_samples_per_send),
      resuming_(cursor_->Stats().queued_samples > 0) {}

Sender::~Sender() {
  Stop();
}

void Sender::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void Sender::BeginStop() {
  const MonotonicTime end_by = std::chrono::steady_clock::now() + timing_.last_attempt;
  {
    MutexLock lock(mutex_);
    if (end_by_ != MonotonicTime::max()) return;
    end_by_ = end_by;
  }
  client_.EndBy(end_by);
  thread_.request_stop();
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
  state_.Report(clock_.Monotonic(), report);
  return report;
}

void Sender::Run(const std::stop_token& stop) {
  try {
    catch_up_.Resume(BacklogAge());
    while (!stop.stop_requested()) {
      if (AwaitWork(stop)) SendBatch(stop);
    }
    const auto time_left = [this] {
      MutexLock lock(mutex_);
      return std::chrono::steady_clock::now() < end_by_;
    };
    while (time_left() && SendBatch(stop)) {
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
  if (catch_up_.active() && age < timing_.catch_up.outage) catch_up_.NoteCaughtUp();
  if (singles_ == 0 && timing_.collection_interval < deadline && age < deadline) {
    cursor_->WaitForMore(options_.queue_config.max_samples_per_send - 1, stop, deadline - age);
  }
  return Pause(stop);
}

// Sends the next batch and acknowledges it. False where there is none, or a stop came first.
bool Sender::SendBatch(const std::stop_token& stop) {
  PeekLimits limits;
  limits.max_samples = options_.queue_config.max_samples_per_send;
  if (singles_ > 0) limits.max_collections = 1;
  if (!cursor_->Peek(limits, batch_)) return false;
  ArrangeForCompression(batch_);
  if (!AwaitClock(stop)) return false;
  protocols_.BeginBatch(clock_.Monotonic());
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
  while (!stop.stop_requested() && catch_up_.HeartbeatIsDue(clock_.Monotonic())) {
    ChooseProtocol();
    const std::optional<std::int64_t> newest_ms = cursor_->Stats().newest_ms;
    const Batch batch = HeartbeatBatch(labels_, newest_ms.value_or(0));
    const RequestPart part = builder_.Build(batch, 0, {});
    if (newest_ms && part.samples > 0) {
      const SendResult result = SendOnce(part.body);
      const bool accepted = result.outcome == SendOutcome::kAccepted;
      if (result.outcome == SendOutcome::kNotUnderstood && StepDown(result)) continue;
      if (IsToBeTriedAgain(result)) {
        if (!WaitAfterFailure(result, part.samples, stop)) return false;
        continue;
      }
      if (accepted) NoteAccepted();
      overtaken_until_ms_ = accepted ? newest_ms : std::nullopt;
      leave_out_overtaken_ = false;
    }
    catch_up_.NoteHeartbeat(clock_.Monotonic());
    if (!Pause(stop)) return false;
  }
  return true;
}

void Sender::ChooseProtocol() {
  builder_.SetProtocol(protocols_.current());
  state_.NoteProtocol(protocols_.current());
}

// Makes one request until it is settled. `maybe_known` is set where one of them may have arrived.
Sender::Fate Sender::SendPart(const RequestPart& part, const std::stop_token& stop,
                              bool& maybe_known, Tally& tally) {
  while (true) {
    const SendResult result = SendOnce(part.body);
    if (const auto fate = Settle(result, part, maybe_known, tally)) return *fate;
    maybe_known = maybe_known || result.maybe_delivered;
    if (!WaitAfterFailure(result, part.samples, stop)) return Fate::kStopped;
    if (catch_up_.HeartbeatIsDue(clock_.Monotonic())) return Fate::kAgain;
  }
}

// What the answer makes of the request's samples; nothing where it is to be made again.
std::optional<Sender::Fate> Sender::Settle(const SendResult& result, const RequestPart& part,
                                           bool maybe_known, Tally& tally) {
  switch (result.outcome) {
    case SendOutcome::kAccepted:
      NoteAccepted();
      catch_up_.NoteAccepted(clock_.Monotonic(), part.samples, last_took_, LiveRate());
      tally.accepted += part.samples;
      return Fate::kSettled;
    case SendOutcome::kNotUnderstood:
      if (StepDown(result)) return Fate::kAgain;
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
  retry_.Reset();
  protocols_.NoteRejected();
  if (!maybe_known) cursor_->KeepRefused();
  if (maybe_known) {
    log_.Info("a request that may have arrived before was refused",
              {{"error", result.error}, {"samples", samples}});
  } else {
    NoteFailure(result, samples);
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

SendResult Sender::SendOnce(std::string_view body) {
  return SendOnce(body, builder_.protocol());
}

SendResult Sender::SendOnce(std::string_view body, Protocol protocol) {
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

// While what was collected seems to be from the receiver's future, asks it for the time. If our
// clock is ahead, nothing is sent until it was set right; if it no longer is, what was taken while
// it was is left out. False where a stop came first.
bool Sender::AwaitClock(const std::stop_token& stop) {
  const std::int64_t newest_ms = SpanOf(batch_).last_ms;
  while (receiver_clock_.IsAhead(newest_ms)) {
    if (!AskForTime(stop)) return false;
    if (!receiver_clock_.IsAhead(newest_ms)) break;
    if (!receiver_clock_.WeAreAhead()) {
      log_.Warn("samples are left out that were taken while the clock was ahead",
                {{"collections", batch_.collections}});
      break;
    }
    const std::string ahead =
        FormatDuration(std::chrono::duration_cast<std::chrono::seconds>(-receiver_clock_.offset()));
    state_.NoteFailure("the clock of this host is " + ahead + " ahead of the destination's");
    log_.Error("the clock is ahead of the destination's: holding what is queued; set it right",
               {{"ahead", ahead}, {"next_try", FormatDuration(timing_.hold_probe)}});
    Sleep(timing_.hold_probe, SenderState::Doing::kOnHold, stop);
    if (stop.stop_requested()) return false;
  }
  return true;
}

// By a request without samples, until there is an answer. False where a stop came first.
bool Sender::AskForTime(const std::stop_token& stop) {
  const Protocol protocol = protocols_.last();
  Compressor compressor;
  while (!stop.stop_requested()) {
    const SendResult result = SendOnce(compressor.Compress("", protocol), protocol);
    if (!IsToBeTriedAgain(result) || result.clock_offset) return true;
    if (!WaitAfterFailure(result, 0, stop)) return false;
  }
  return false;
}

bool Sender::MetadataIsDue() const {
  return options_.metadata_config.send && clock_.Monotonic() >= metadata_due_;
}

// In requests of its own, unless the protocol had it in those of the batch.
void Sender::SendMetadata(const std::stop_token& stop) {
  if (!MetadataIsDue() || stop.stop_requested()) return;
  metadata_due_ = clock_.Monotonic() + options_.metadata_config.send_interval;
  for (const std::string& body : builder_.Metadata()) {
    const SendResult result = SendOnce(body);
    if (result.outcome == SendOutcome::kAccepted) continue;
    log_.Debug("metadata was not accepted", {{"error", result.error}});
    return;
  }
}

// Until a request may be made again. False where a stop was asked for.
bool Sender::WaitAfterFailure(const SendResult& result, std::size_t samples,
                              const std::stop_token& stop) {
  NoteFailure(result, samples);
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

// Until the next batch of a backlog may be sent. False where a stop was asked for.
bool Sender::Pause(const std::stop_token& stop) {
  const std::chrono::nanoseconds time = catch_up_.Pause(clock_.Monotonic());
  if (time.count() > 0) Sleep(time, SenderState::Doing::kCatchingUp, stop);
  return !stop.stop_requested();
}

void Sender::Sleep(std::chrono::nanoseconds time, SenderState::Doing doing,
                   const std::stop_token& stop) {
  state_.BeginWait(doing, clock_.Monotonic() + time);
  {
    MutexLock lock(mutex_);
    wake_.wait_for(lock, stop, time, [] { return false; });
  }
  state_.EndWait();
}

PartLimits Sender::Limits() const {
  PartLimits limits;
  limits.max_samples = max_samples_;
  const std::chrono::nanoseconds age = options_.queue_config.sample_age_limit;
  if (age.count() > 0) limits.not_before_ms = ToUnixMillis(clock_.Now() - age);
  limits.not_after_ms = ToUnixMillis(receiver_clock_.Now() + ReceiverClock::kMostAhead);
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

// After a request that was not understood. False where no other protocol is left.
bool Sender::StepDown(const SendResult& result) {
  const Protocol before = protocols_.current();
  if (!protocols_.StepDown(result.certain, clock_.Monotonic())) return false;
  log_.Info("the destination does not take this protocol", {{"protocol", NameOf(before)},
                                                            {"next", NameOf(protocols_.current())},
                                                            {"status", result.status}});
  return true;
}

void Sender::NoteAccepted() {
  retry_.Reset();
  protocols_.NoteAccepted();
  account_.SetProtocol(builder_.protocol());
  max_samples_ =
      std::min(max_samples_ + max_samples_ / 10, options_.queue_config.max_samples_per_send);
  const WallTime now = clock_.Now();
  account_.NoteSuccess(now);
  switch (state_.NoteAccepted(now)) {
    case SenderState::Accepted::kFirst:
      log_.Info("first samples accepted", {{"protocol", NameOf(builder_.protocol())}});
      break;
    case SenderState::Accepted::kAgain:
      log_.Info("samples are accepted again");
      break;
    case SenderState::Accepted::kAsUsual:
      break;
  }
}

void Sender::NoteFailure(const SendResult& result, std::size_t samples) {
  state_.NoteFailure(result.error);
  sender_log_.Failure(result, builder_.protocol(), samples, SpanOf(batch_).first_ms);
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
