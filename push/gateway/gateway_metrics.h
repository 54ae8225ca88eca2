#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <map>

#include "core/clock.h"
#include "push/gateway/gateway_client.h"

namespace hostpulse::push {

// The metrics hostpulse_push_gateway_*. The registry outlives it. One thread at a time.
class GatewayMetrics {
 public:
  explicit GatewayMetrics(prometheus::Registry& registry);

  void Count(const GatewayAnswer& answer);
  void NotePushed(WallTime now);

 private:
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Gauge& last_success_;
  std::map<int, prometheus::Counter*> by_status_;
};

}  // namespace hostpulse::push
