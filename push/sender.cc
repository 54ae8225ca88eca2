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
      retry_(options_.queue_config.min_backoff, options_.queue_config.max_backoff,
             std::random_device()()),
      max_samples_(options_.queue_config.max_samples_per_send) {}

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
  MutexLock lock(mutex_);
  report.last_error = last_error_;
  report.last_success = last_success_;
  if (next_try_) {
    report.next_try_in = std::max(std::chrono::nanoseconds(0), *next_try_ - clock_.Monotonic());
  }
  switch (state_) {
    case State::kStarting:
      report.state = "starting";
      break;
    case State::kRetrying:
      report.state = "retrying";
      break;
    case State::kOnHold:
      report.state = "on hold";
      break;
    case State::kSending:
    case State::kAccepted:
      report.state = stats.queued_samples == 0 ? "up to date" : "sending";
      break;
  }
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
  if (!cursor_->Peek(limits, batch_)) return false;
  Tally tally;
  for (std::size_t at = 0; at < batch_.series.size();) {
    const RequestPart part = builder_.Build(batch_, at, Limits());
    const std::optional<SendOutcome> outcome =
        part.samples > 0 ? SendPart(part, stop) : SendOutcome::kAccepted;
    if (!outcome) return false;
    if (*outcome == SendOutcome::kTooLarge) continue;  // The same stretch, in smaller parts.
    (*outcome == SendOutcome::kAccepted ? tally.accepted : tally.rejected) += part.samples;
    tally.relabelled_away += part.relabelled_away;
    tally.too_old += part.too_old;
    at = part.next_series;
  }
  account_.Settle(*cursor_, batch_.last_sequence, tally);
  builder_.Forget(batch_);
  if (tally.accepted > 0) SendMetadata(stop);
  return true;
}

// Makes one request until it is settled: kAccepted, kRejected, or kTooLarge where smaller ones may
// do. Nothing where a stop came first.
std::optional<SendOutcome> Sender::SendPart(const RequestPart& part, const std::stop_token& stop) {
  while (true) {
    const SendResult result = SendOnce(part.body);
    std::chrono::nanoseconds wait = timing_.hold_probe;
    State state = State::kOnHold;
    switch (result.outcome) {
      case SendOutcome::kAccepted:
        NoteAccepted();
        return result.outcome;
      case SendOutcome::kTooLarge:
        if (Shrink(part.samples)) return result.outcome;
        [[fallthrough]];
      case SendOutcome::kRejected:
        NoteFailure(result, part.samples);
        retry_.Reset();
        return SendOutcome::kRejected;
      case SendOutcome::kRetry:
        wait = retry_.Next(result.retry_after);
        state = State::kRetrying;
        break;
      case SendOutcome::kHold:
        break;
    }
    NoteFailure(result, part.samples);
    if (!Wait(state, wait, stop)) return std::nullopt;
    account_.CountRetry();
  }
}

SendResult Sender::SendOnce(std::string_view body) {
  SendResult result = client_.Send({body});
  account_.CountRequest(result.status, body.size());
  return result;
}

void Sender::SendMetadata(const std::stop_token& stop) {
  const MonotonicTime now = clock_.Monotonic();
  if (!options_.metadata_config.send || now < metadata_due_ || stop.stop_requested()) return;
  metadata_due_ = now + options_.metadata_config.send_interval;
  for (const std::string& body : builder_.Metadata()) {
    const SendResult result = SendOnce(body);
    if (result.outcome == SendOutcome::kAccepted) continue;
    log_.Debug("metadata was not accepted", {{"error", result.error}});
    return;
  }
}

// False where a stop was asked for.
bool Sender::Wait(State state, std::chrono::nanoseconds time, const std::stop_token& stop) {
  account_.SetBackoff(time);
  {
    MutexLock lock(mutex_);
    state_ = state;
    next_try_ = clock_.Monotonic() + time;
    wake_.wait_for(lock, stop, time, [] { return false; });
    next_try_.reset();
  }
  account_.SetBackoff(std::chrono::nanoseconds(0));
  return !stop.stop_requested();
}

PartLimits Sender::Limits() const {
  PartLimits limits;
  limits.max_samples = max_samples_;
  const std::chrono::nanoseconds age = options_.queue_config.sample_age_limit;
  if (age.count() > 0) limits.not_before_ms = ToUnixMillis(clock_.Now() - age);
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
  retry_.Reset();
  max_samples_ =
      std::min(max_samples_ + max_samples_ / 10, options_.queue_config.max_samples_per_send);
  const WallTime now = clock_.Now();
  account_.NoteSuccess(now);
  bool first = false;
  bool again = false;
  {
    MutexLock lock(mutex_);
    first = !last_success_;
    again = !last_error_.empty();
    state_ = State::kAccepted;
    last_error_.clear();
    last_success_ = now;
  }
  last_logged_.reset();
  if (first || again) log_.Info(first ? "first samples accepted" : "samples are accepted again");
}

void Sender::NoteFailure(const SendResult& result, std::size_t samples) {
  {
    MutexLock lock(mutex_);
    last_error_ = result.error;
    state_ = State::kSending;
  }
  const MonotonicTime now = clock_.Monotonic();
  if (last_logged_ && now - *last_logged_ < kBetweenLogLines) return;
  last_logged_ = now;
  switch (result.outcome) {
    case SendOutcome::kRetry:
      log_.Warn("a request failed and is made again",
                {{"error", result.error}, {"samples", samples}});
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
