#include "push/sender.h"

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

#include "core/duration.h"

namespace hostpulse::push {
namespace {

// How long to sleep where nothing is queued; anything that is appended ends it.
constexpr auto kIdle = std::chrono::hours(1);
// A request of so few samples that is still too large has something wrong with it.
constexpr std::size_t kFewestSamples = 100;
// Bodies of answers differ from one to the next, so the log's own limit would let them all through.
constexpr auto kBetweenLogLines = std::chrono::seconds(10);

}  // namespace

Sender::Sender(DestinationOptions options, Relabeler relabeler, std::unique_ptr<Cursor> cursor,
               SenderTiming timing, const Clock& clock, Logger& log, Account& account)
    : options_(std::move(options)),
      timing_(timing),
      clock_(clock),
      log_(log),
      account_(account),
      cursor_(std::move(cursor)),
      builder_(std::move(relabeler)),
      client_(options_.transport, clock),
      protocols_(options_.protobuf_message, options_.compression),
      retry_(options_.queue_config.min_backoff, options_.queue_config.max_backoff,
             std::random_device()()),
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
  if (stats.oldest_ms) {
    const std::int64_t age_ms = ToUnixMillis(clock_.Now()) - *stats.oldest_ms;
    report.backlog_age = std::chrono::milliseconds(std::max<std::int64_t>(0, age_ms));
  }
  state_.Report(clock_.Monotonic(), report);
  return report;
}

void Sender::Run(const std::stop_token& stop) {
  try {
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

// Where collections come more often than a batch is closed, the batch fills for that time.
bool Sender::AwaitWork(const std::stop_token& stop) {
  cursor_->WaitForMore(0, stop, kIdle);
  const auto deadline = options_.queue_config.batch_send_deadline;
  if (timing_.collection_interval < deadline) {
    cursor_->WaitForMore(options_.queue_config.max_samples_per_send - 1, stop, deadline);
  }
  return !stop.stop_requested();
}

// Sends the next batch and acknowledges it. False where there is none, or a stop came first.
bool Sender::SendBatch(const std::stop_token& stop) {
  PeekLimits limits;
  limits.max_samples = options_.queue_config.max_samples_per_send;
  if (singles_ > 0) limits.max_collections = 1;
  if (!cursor_->Peek(limits, batch_)) return false;
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
  if (tally.accepted > 0) SendMetadata(stop);
  return true;
}

// kAgain: another batch is to be peeked at.
Sender::Fate Sender::SendParts(const std::stop_token& stop, Tally& tally) {
  for (std::size_t at = 0; at < batch_.series.size();) {
    ChooseProtocol();
    const RequestPart part = builder_.Build(batch_, at, Limits());
    if (part.samples > 0) {
      const Fate fate = SendPart(part, stop, tally);
      if (fate == Fate::kStopped) return fate;
      if (fate == Fate::kAgain && singles_ > 0 && batch_.collections > 1) return fate;
      if (fate == Fate::kAgain) continue;  // The same stretch, in another form.
    }
    tally.relabelled_away += part.relabelled_away;
    tally.too_old += part.too_old;
    at = part.next_series;
  }
  return Fate::kSettled;
}

void Sender::ChooseProtocol() {
  builder_.SetProtocol(protocols_.current());
  state_.NoteProtocol(protocols_.current());
}

// Makes one request until it is settled.
Sender::Fate Sender::SendPart(const RequestPart& part, const std::stop_token& stop, Tally& tally) {
  bool maybe_known = resuming_;
  while (true) {
    const SendResult result = SendOnce(part.body);
    switch (result.outcome) {
      case SendOutcome::kAccepted:
        NoteAccepted();
        tally.accepted += part.samples;
        return Fate::kSettled;
      case SendOutcome::kNotUnderstood:
        if (StepDown(result)) return Fate::kAgain;
        if (result.certain) break;
        Refuse(result, part.samples, maybe_known, tally);
        return Fate::kSettled;
      case SendOutcome::kTooLarge:
        if (Shrink(part.samples)) return Fate::kAgain;
        Refuse(result, part.samples, maybe_known, tally);
        return Fate::kSettled;
      case SendOutcome::kRejected:
        if (BeginSingles()) return Fate::kAgain;
        Refuse(result, part.samples, maybe_known, tally);
        return Fate::kSettled;
      case SendOutcome::kRetry:
      case SendOutcome::kHold:
        break;
    }
    maybe_known = maybe_known || result.maybe_delivered;
    NoteFailure(result, part.samples);
    if (!Wait(result, stop)) return Fate::kStopped;
    account_.CountRetry();
  }
}

// The samples are done with, but for those that the receiver kept. After a request whose answer was
// lost, the refusal may mean that it has them all.
void Sender::Refuse(const SendResult& result, std::size_t samples, bool maybe_known, Tally& tally) {
  const std::size_t written = std::min(result.samples_written, samples);
  tally.accepted += written;
  (maybe_known ? tally.unknown : tally.rejected) += samples - written;
  retry_.Reset();
  protocols_.NoteRejected();
  if (maybe_known) {
    log_.Info("a request that may have arrived before was refused",
              {{"error", result.error}, {"samples", samples}});
  } else {
    NoteFailure(result, samples);
  }
}

// The first batch after a start may hold collections that the sender before this one delivered and
// others that it did not. Prometheus takes all of a 1.0 request or nothing, so a refusal calls for
// each collection by itself: false where that is so already, or where nothing was resumed.
bool Sender::BeginSingles() {
  if (!resuming_ || singles_ > 0 || batch_.collections < 2) return false;
  if (builder_.protocol() == Protocol::kRemoteWrite2) return false;
  singles_ = batch_.collections;
  log_.Debug("sending each collection of a batch by itself", {{"collections", singles_}});
  return true;
}

SendResult Sender::SendOnce(std::string_view body) {
  SendResult result = client_.Send({body, builder_.protocol()});
  account_.CountRequest(result.status, body.size());
  return result;
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
bool Sender::Wait(const SendResult& result, const std::stop_token& stop) {
  const bool retries = result.outcome == SendOutcome::kRetry;
  const std::chrono::nanoseconds time =
      retries ? retry_.Next(result.retry_after) : timing_.hold_probe;
  account_.SetBackoff(time);
  state_.BeginWait(retries ? SenderState::Doing::kRetrying : SenderState::Doing::kOnHold,
                   clock_.Monotonic() + time);
  {
    MutexLock lock(mutex_);
    wake_.wait_for(lock, stop, time, [] { return false; });
  }
  state_.EndWait();
  account_.SetBackoff(std::chrono::nanoseconds(0));
  return !stop.stop_requested();
}

PartLimits Sender::Limits() const {
  PartLimits limits;
  limits.max_samples = max_samples_;
  const std::chrono::nanoseconds age = options_.queue_config.sample_age_limit;
  if (age.count() > 0) limits.not_before_ms = ToUnixMillis(clock_.Now() - age);
  limits.with_help = MetadataIsDue();
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
  last_logged_.reset();
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
  const MonotonicTime now = clock_.Monotonic();
  if (last_logged_ && now - *last_logged_ < kBetweenLogLines) return;
  last_logged_ = now;
  switch (result.outcome) {
    case SendOutcome::kRetry:
      log_.Warn("a request failed and is made again",
                {{"error", result.error}, {"samples", samples}});
      break;
    case SendOutcome::kNotUnderstood:
      log_.Error(
          "the destination does not take the protocol that is configured: holding what is "
          "queued; set protobuf_message and compression to auto",
          {{"protocol", NameOf(builder_.protocol())},
           {"status", result.status},
           {"next_try", FormatDuration(timing_.hold_probe)}});
      break;
    case SendOutcome::kHold:
      log_.Error("the destination lets nothing in: holding what is queued",
                 {{"error", result.error}, {"next_try", FormatDuration(timing_.hold_probe)}});
      break;
    default:
      log_.Error("the destination refused samples for good",
                 {{"error", result.error}, {"samples", samples}});
  }
}

}  // namespace hostpulse::push
