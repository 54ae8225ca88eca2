#pragma once

#include <prometheus/registry.h>

#include <memory>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "core/log/logger_registry.h"
#include "core/metrics/metric_source.h"
#include "core/result.h"
#include "push/destination.h"
#include "push/destination_report.h"
#include "push/gateway/gateway_options.h"
#include "push/queue/queue.h"
#include "push/sampler.h"

namespace hostpulse::push {

struct PushOptions {
  SamplerOptions sampler;
  QueueOptions queue;
  std::vector<DestinationOptions> destinations;
  std::optional<GatewayOptions> gateway;
  // Without destination and gateway: no thread, no metric, no libcurl.

  bool operator==(const PushOptions&) const = default;
};

// Pushing as a whole: samples a source each interval into a queue, and sends that to every
// destination from a thread of its own. Beside that, keeps a group of a Pushgateway. Made and
// reloaded by the main thread; Report may be called from any. All references outlive it.
class PushService {
 public:
  // Starts at once. Loggers: "push", "push.DESTINATION", "push.gateway", "queue". Metrics:
  // hostpulse_push_*. Errors: kInvalid with every problem that Validate finds, names given twice
  // included.
  static Result<std::unique_ptr<PushService>> Create(PushOptions options, MetricSource& source,
                                                     const Clock& clock, LoggerRegistry& loggers,
                                                     prometheus::Registry& registry);
  virtual ~PushService() = default;  // Stops.

  // Goes over to other options. Destinations that did not change go on undisturbed; one whose
  // settings changed keeps its place in the queue. queue.max_bytes and max_age apply at once.
  // Errors: as Create; nothing has changed then.
  virtual Status Reload(PushOptions options) = 0;

  // Ends all threads within a second, after one last attempt of half a second to send what is
  // queued and to delete the group of the Pushgateway. May be called twice.
  virtual void Stop() = 0;

  virtual std::vector<DestinationReport> Report() const = 0;
};

}  // namespace hostpulse::push
