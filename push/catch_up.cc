#include "push/catch_up.h"

#include <algorithm>

namespace hostpulse::push {
namespace {

constexpr double kFirstSpeed = 10;  // In times of the rate of collecting.
constexpr double kLeastSpeed = 2;   // Else it would never catch up.
constexpr auto kQuick = std::chrono::seconds(1);
constexpr auto kSlow = std::chrono::seconds(5);
constexpr double kLongestPauseSeconds = 5;

}  // namespace

void CatchUp::Resume(std::chrono::nanoseconds backlog_age) {
  if (backlog_age < options_.outage) return;
  resumed_ = true;
  Begin(MonotonicTime());
}

void CatchUp::NoteFailure(MonotonicTime now) {
  if (!failing_since_) failing_since_ = now;
  if (pace_) pace_->rate /= 2;
}

bool CatchUp::IsOutage(MonotonicTime now) const {
  return failing_since_ && now - *failing_since_ >= options_.outage;
}

bool CatchUp::HeartbeatIsDue(MonotonicTime now) const {
  return resumed_ || IsOutage(now);
}

void CatchUp::NoteHeartbeat(MonotonicTime now) {
  if (IsOutage(now)) {
    std::uniform_int_distribution<std::int64_t> wait(0, options_.spread.count());
    Begin(now + std::chrono::nanoseconds(wait(random_)));
  }
  failing_since_.reset();
  resumed_ = false;
}

void CatchUp::Begin(MonotonicTime first) {
  pace_ = Pace{0, first};
}

void CatchUp::NoteAccepted(MonotonicTime now, std::size_t samples, std::chrono::nanoseconds took,
                           double live_rate) {
  failing_since_.reset();
  if (!pace_ || live_rate <= 0) return;
  if (pace_->rate == 0) {
    pace_->rate = kFirstSpeed * live_rate;
  } else if (took < kQuick) {
    pace_->rate *= 2;
  } else if (took > kSlow) {
    pace_->rate /= 2;
  }
  pace_->rate = std::max(pace_->rate, kLeastSpeed * live_rate);
  // A small host collects so little that a request full of it is no burden.
  pace_->rate = std::max(pace_->rate, static_cast<double>(samples) / kLongestPauseSeconds);
  const std::chrono::duration<double> pause(static_cast<double>(samples) / pace_->rate);
  pace_->next = now + std::chrono::duration_cast<std::chrono::nanoseconds>(pause);
}

std::chrono::nanoseconds CatchUp::Pause(MonotonicTime now) const {
  if (!pace_) return std::chrono::nanoseconds(0);
  return std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(pace_->next - now));
}

}  // namespace hostpulse::push
