#include "push/sender_log.h"

#include "core/duration.h"
#include "push/age_limit.h"

namespace hostpulse::push {
namespace {

// Bodies of answers differ from one to the next, so the log's own limit would let them all through.
constexpr auto kBetweenLines = std::chrono::seconds(10);

}  // namespace

void SenderLog::Failure(const SendResult& result, Protocol protocol, std::size_t samples,
                        std::int64_t oldest_ms) {
  const MonotonicTime now = clock_.Monotonic();
  const auto [next, is_first] = next_.try_emplace(result.outcome);
  if (!is_first && now < next->second) return;
  next->second = now + kBetweenLines;
  switch (result.outcome) {
    case SendOutcome::kRetry:
      log_.Warn("a request failed and is made again",
                {{"error", result.error}, {"samples", samples}});
      break;
    case SendOutcome::kNotUnderstood:
      log_.Error(
          "the destination does not take the protocol that is configured: holding what is "
          "queued; set protobuf_message and compression to auto",
          {{"protocol", NameOf(protocol)},
           {"status", result.status},
           {"next_try", FormatDuration(hold_probe_)}});
      break;
    case SendOutcome::kHold:
      log_.Error("the destination lets nothing in: holding what is queued",
                 {{"error", result.error}, {"next_try", FormatDuration(hold_probe_)}});
      break;
    default:
      Refusal(result, samples, oldest_ms);
  }
}

void SenderLog::Refusal(const SendResult& result, std::size_t samples, std::int64_t oldest_ms) {
  const std::chrono::milliseconds age(ToUnixMillis(clock_.Now()) - oldest_ms);
  if (age < kAgeLimit - kAgeLimitMargin) {
    log_.Error("the destination refused samples for good",
               {{"error", result.error}, {"samples", samples}});
    return;
  }
  log_.Error(
      "the destination refused samples for good, probably for their age: Prometheus and Mimir take "
      "what is older than an hour only within out_of_order_time_window, which is to be as long as "
      "the longest outage that hosts shall catch up with",
      {{"error", result.error},
       {"samples", samples},
       {"oldest_age", FormatDuration(std::chrono::duration_cast<std::chrono::seconds>(age))}});
}

}  // namespace hostpulse::push
