#include "push/gateway/gateway_pusher.h"

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

#include "push/destination.h"
#include "push/gateway/group_text.h"

namespace hostpulse::push {
namespace {

constexpr auto kLastAttempt = std::chrono::milliseconds(500);
constexpr auto kShortestRetry = std::chrono::seconds(1);
constexpr auto kLongestRetry = std::chrono::seconds(30);

}  // namespace

GatewayPusher::GatewayPusher(GatewayPusherOptions options, MetricSource& source, const Clock& clock,
                             Logger& log, GatewayMetrics& metrics)
    : options_(std::move(options)),
      source_(source),
      clock_(clock),
      log_(log),
      metrics_(metrics),
      client_(options_.gateway.transport, options_.group, clock),
      schedule_(options_.interval, PhaseOf(options_.group, options_.interval)),
      retry_(kShortestRetry, kLongestRetry, std::random_device()()) {}

GatewayPusher::~GatewayPusher() {
  Stop();
}

void GatewayPusher::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void GatewayPusher::BeginStop(bool leave) {
  {
    MutexLock lock(mutex_);
    if (std::exchange(stopping_, true)) return;
    leave_ = leave;
  }
  client_.EndBy(std::chrono::steady_clock::now() + kLastAttempt);
  thread_.request_stop();
}

void GatewayPusher::Stop(bool leave) {
  if (!thread_.joinable()) return;
  BeginStop(leave);
  thread_.join();
}

DestinationReport GatewayPusher::Report() const {
  DestinationReport report;
  report.name = "pushgateway";
  report.url = RedactedUrl(options_.gateway.transport.url);
  state_.Report(clock_.Monotonic(), report);
  report.protocol = "pushgateway";
  return report;
}

void GatewayPusher::Run(const std::stop_token& stop) {
  try {
    while (!stop.stop_requested()) {
      const bool pushed = Push();
      if (!stop.stop_requested()) Wait(pushed, stop);
    }
    Finish();
  } catch (const std::exception& error) {
    log_.Error("pushing to the Pushgateway ended", {{"error", error.what()}});
  }
}

bool GatewayPusher::Push() {
  const Status status = source_.Gather(
      {}, [this](std::span<const FamilyView> families) { EncodeGroup(families, text_); });
  if (!status.ok()) {
    state_.NoteFailure(std::string(status.message()));
    log_.Error("nothing could be collected for the Pushgateway", {{"error", status.message()}});
    return false;
  }
  const GatewayAnswer answer = Note(client_.Push(text_));
  if (!answer.ok()) return false;
  const WallTime now = clock_.Now();
  metrics_.NotePushed(now);
  retry_.Reset();
  switch (state_.NoteAccepted(now)) {
    case SenderState::Accepted::kFirst:
      log_.Info("first metrics accepted");
      break;
    case SenderState::Accepted::kAgain:
      log_.Info("metrics are accepted again");
      break;
    case SenderState::Accepted::kAsUsual:
      log_.Debug("pushed", {{"bytes", text_.size()}});
      break;
  }
  return true;
}

void GatewayPusher::Finish() {
  {
    MutexLock lock(mutex_);
    if (leave_) return;
  }
  if (options_.gateway.keep) {
    Push();
    return;
  }
  if (Note(client_.Delete()).ok()) log_.Info("group deleted");
}

// Until the next tick, or after a failure until another attempt before it.
void GatewayPusher::Wait(bool pushed, const std::stop_token& stop) {
  const MonotonicTime now = clock_.Monotonic();
  const MonotonicTime tick = schedule_.Next(clock_.Now(), now);
  MonotonicTime until = tick;
  if (!pushed) {
    until = std::min(tick, now + retry_.Next(std::nullopt));
    state_.BeginWait(SenderState::Doing::kRetrying, until);
  }
  {
    MutexLock lock(mutex_);
    wake_.wait_for(lock, stop, until - now, [] { return false; });
  }
  if (clock_.Monotonic() >= tick) schedule_.Fire();
  state_.EndWait();
}

GatewayAnswer GatewayPusher::Note(GatewayAnswer answer) {
  metrics_.Count(answer);
  if (answer.ok()) return answer;
  state_.NoteFailure(answer.error);
  log_.Warn("the Pushgateway did not take a request", {{"error", answer.error}});
  return answer;
}

}  // namespace hostpulse::push
