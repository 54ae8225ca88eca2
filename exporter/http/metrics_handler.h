#pragma once

#include <string>

#include "core/clock.h"
#include "core/log/logger.h"
#include "core/metrics/metric_source.h"
#include "exporter/http/http_message.h"
#include "exporter/http/scrape_counters.h"

namespace hostpulse::http {

struct MetricsOptions {
  int max_requests = 40;            // --web.max-requests; 0: no limit.
  bool enable_openmetrics = false;  // Serve OpenMetrics to who prefers it.
};

// Answers scrapes of `source`: collect[], exclude[], name[], content negotiation, compression by
// gzip or zstd, and X-Prometheus-Scrape-Timeout-Seconds. Everything given by reference must outlive
// the route.
Route MetricsRoute(std::string path, MetricSource& source, const MetricsOptions& options,
                   ScrapeCounters& counters, const Clock& clock, Logger& log);

}  // namespace hostpulse::http
