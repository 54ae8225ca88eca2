#pragma once

#include <functional>
#include <vector>

#include "core/clock.h"
#include "core/log/logger_registry.h"
#include "core/result.h"
#include "exporter/config/config.h"
#include "exporter/http/http_message.h"
#include "exporter/http/scrape_counters.h"
#include "exporter/sources.h"
#include "push/push_service.h"

namespace hostpulse {

// What the routes reach into; all of it outlives them.
struct RouteContext {
  const config::WebConfig& web;
  Sources& sources;
  push::PushService& push;
  LoggerRegistry& loggers;
  http::ScrapeCounters& counters;
  const Clock& clock;
  std::function<Status()> reload;  // Waits until the main thread has done it.
  std::function<void()> wake;      // The main thread has its housekeeping to plan anew.
};

// Every path that is served: metrics, health, status page, reload and loggers.
std::vector<http::Route> MakeRoutes(const RouteContext& context);

}  // namespace hostpulse
