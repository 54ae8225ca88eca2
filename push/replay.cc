#include "push/replay.h"

#include <random>
#include <thread>
#include <utility>

#include "push/remote_write/remote_write_client.h"
#include "push/remote_write/request_builder.h"
#include "push/retry_policy.h"

namespace hostpulse::push {
namespace {

constexpr int kMostAttempts = 6;  // With the usual backoff about half a minute.

class Replayer {
 public:
  Replayer(const DestinationOptions& options, const Clock& clock,
           const std::function<void(const ReplayReport&)>& progress)
      : options_(options),
        progress_(progress),
        builder_(Relabeler::Compile(options.write_relabel_configs).value()),
        client_(options.transport, clock),
        retry_(options.queue_config.min_backoff, options.queue_config.max_backoff,
               std::random_device()()) {
    builder_.SetProtocol(Protocol::kRemoteWrite1);
  }

  // False where the receiver was not reached.
  bool Send(const Batch& batch) {
    PartLimits limits;
    limits.max_samples = options_.queue_config.max_samples_per_send;
    for (std::size_t at = 0; at < batch.series.size();) {
      const RequestPart part = builder_.Build(batch, at, limits);
      if (part.samples > 0 && !SendPart(part)) return false;
      at = part.next_series;
    }
    builder_.Forget(batch);
    for (const Sample& sample : batch.samples) {
      report_.last_ms = std::max(report_.last_ms, sample.timestamp_ms);
    }
    progress_(report_);
    return true;
  }

  ReplayReport Take(bool whole) {
    report_.whole = whole;
    return std::move(report_);
  }

 private:
  bool SendPart(const RequestPart& part) {
    for (int attempt = 1;; ++attempt) {
      const SendResult result = client_.Send({part.body, Protocol::kRemoteWrite1});
      ++report_.requests;
      if (result.outcome != SendOutcome::kAccepted) report_.error = result.error;
      switch (result.outcome) {
        case SendOutcome::kAccepted:
          report_.samples += part.samples;
          report_.accepted += part.samples;
          retry_.Reset();
          return true;
        case SendOutcome::kRetry:
          if (attempt == kMostAttempts) return false;
          std::this_thread::sleep_for(retry_.Next(result.retry_after));
          break;
        case SendOutcome::kHold:
          return false;
        default:
          report_.samples += part.samples;
          report_.refused += part.samples;
          return true;
      }
    }
  }

  const DestinationOptions& options_;
  const std::function<void(const ReplayReport&)>& progress_;
  RequestBuilder builder_;
  RemoteWriteClient client_;
  RetryPolicy retry_;
  ReplayReport report_;
};

}  // namespace

ReplayReport Replay(const LogView& view, const LogFilter& filter, const DestinationOptions& options,
                    const Clock& clock, const std::function<void(const ReplayReport&)>& progress) {
  Replayer replayer(options, clock, progress);
  const bool whole = ForEachBatch(view, filter, options.queue_config.max_samples_per_send,
                                  [&](const Batch& batch) { return replayer.Send(batch); });
  return replayer.Take(whole);
}

}  // namespace hostpulse::push
