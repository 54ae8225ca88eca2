#include "push/gateway/gateway_metrics.h"

#include <chrono>
#include <string>

namespace hostpulse::push {

GatewayMetrics::GatewayMetrics(prometheus::Registry& registry)
    : requests_(prometheus::BuildCounter()
                    .Name("hostpulse_push_gateway_requests_total")
                    .Help("Requests to the Pushgateway by the status of their answers.")
                    .Register(registry)),
      last_success_(prometheus::BuildGauge()
                        .Name("hostpulse_push_gateway_last_success_timestamp_seconds")
                        .Help("When the Pushgateway last took the metrics.")
                        .Register(registry)
                        .Add({})) {}

void GatewayMetrics::Count(const GatewayAnswer& answer) {
  prometheus::Counter*& counter = by_status_[answer.status];
  if (counter == nullptr) {
    counter =
        &requests_.Add({{"code", answer.status == 0 ? "none" : std::to_string(answer.status)}});
  }
  counter->Increment();
}

void GatewayMetrics::NotePushed(WallTime now) {
  last_success_.Set(ToSeconds(now.time_since_epoch()));
}

}  // namespace hostpulse::push
