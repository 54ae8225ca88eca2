#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <thread>

#include "core/clock.h"
#include "core/log/logger.h"
#include "core/metrics/metric_source.h"
#include "core/mutex.h"
#include "push/destination_report.h"
#include "push/gateway/gateway_client.h"
#include "push/gateway/gateway_metrics.h"
#include "push/gateway/gateway_options.h"
#include "push/retry_policy.h"
#include "push/sender_state.h"
#include "push/tick_schedule.h"

namespace hostpulse::push {

struct GatewayPusherOptions {
  GatewayOptions gateway;
  std::chrono::nanoseconds interval = std::chrono::seconds(15);
  LabelSet group;  // The grouping key: AddedLabels.

  bool operator==(const GatewayPusherOptions&) const = default;
};

// Puts what a source has to a Pushgateway, at once and then each interval, from a thread of its
// own. A Pushgateway holds the newest values only, so there is no queue: what could not be pushed
// is collected anew and tried again soon. At the end the group is deleted, or, where it is to stay,
// pushed a last time.
class GatewayPusher {
 public:
  // All references outlive it. `metrics` is used by its thread alone.
  GatewayPusher(GatewayPusherOptions options, MetricSource& source, const Clock& clock, Logger& log,
                GatewayMetrics& metrics);
  ~GatewayPusher();

  void Start();

  // Ends the thread within a second, though not before a collection in progress. With `leave` the
  // group stays as it is: another pusher goes on with it.
  void BeginStop(bool leave = false);
  void Stop(bool leave = false);

  const GatewayPusherOptions& options() const { return options_; }
  DestinationReport Report() const;  // Any thread.

 private:
  void Run(const std::stop_token& stop);
  bool Push();
  void Finish();
  void Wait(bool pushed, const std::stop_token& stop);
  GatewayAnswer Note(GatewayAnswer answer);

  const GatewayPusherOptions options_;
  MetricSource& source_;
  const Clock& clock_;
  Logger& log_;
  GatewayMetrics& metrics_;
  // Of the thread.
  GatewayClient client_;
  TickSchedule schedule_;
  RetryPolicy retry_;
  std::string text_;

  SenderState state_;
  Mutex mutex_;
  CondVar wake_;
  bool stopping_ HOSTPULSE_GUARDED_BY(mutex_) = false;
  bool leave_ HOSTPULSE_GUARDED_BY(mutex_) = false;
  std::jthread thread_;
};

}  // namespace hostpulse::push
