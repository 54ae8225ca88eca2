#include "exporter/routes.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "exporter/docs.h"
#include "exporter/host_name.h"
#include "exporter/http/health.h"
#include "exporter/http/loggers_handler.h"
#include "exporter/http/metrics_handler.h"
#include "exporter/http/page_assets.h"
#include "exporter/http/response_writer.h"
#include "exporter/http/status_page.h"
#include "exporter/live/live_json.h"
#include "exporter/live/live_view.h"
#include "exporter/status.h"

namespace hostpulse {
namespace {

// Ready once a collection has worked; where nobody has scraped yet, the question itself collects.
bool IsReady(Sources& sources) {
  const std::vector<collectors::CollectorReport> reports = sources.collectors().Reports();
  if (std::ranges::any_of(reports, &collectors::CollectorReport::ran)) return true;
  return sources.collectors().Gather({}, [](std::span<const FamilyView>) {}).ok();
}

http::Route MetricsOf(const RouteContext& context) {
  http::MetricsOptions options;
  options.max_requests = context.web.max_requests;
  options.enable_openmetrics = context.web.enable_openmetrics;
  return http::MetricsRoute(context.web.telemetry_path, context.sources.shared(), options,
                            context.counters, context.clock, context.loggers.Get("http"));
}

// A level may have got an expiry, which is for the main thread to watch.
http::Handler Waking(http::Handler handler, std::function<void()> wake) {
  return [handler = std::move(handler), wake = std::move(wake)](const http::Request& request) {
    http::Response response = handler(request);
    if (request.method != "GET" && request.method != "HEAD") wake();
    return response;
  };
}

http::LoggersOptions GuardOf(const RouteContext& context) {
  http::LoggersOptions options;
  options.mode = context.web.loggers;
  options.host_name = HostName();
  return options;
}

void AppendLoggers(std::vector<http::Route>& routes, const RouteContext& context) {
  for (http::Route& route :
       http::LoggersRoutes(context.loggers, GuardOf(context), context.loggers.Get("http"))) {
    route.handler = Waking(std::move(route.handler), context.wake);
    routes.push_back(std::move(route));
  }
}

std::vector<std::string> EnabledCollectors(const Sources& sources) {
  std::vector<std::string> names;
  for (collectors::CollectorReport& report : sources.collectors().Reports()) {
    names.push_back(std::move(report.name));
  }
  return names;
}

http::Route LiveRoute(const RouteContext& context, http::StatusProvider provider) {
  const Sources* const sources = &context.sources;
  auto view = std::make_shared<live::LiveView>(
      context.sources.shared(), [sources] { return EnabledCollectors(*sources); }, context.clock);
  return {
      "/-/live",
      {"GET"},
      [view, provider = std::move(provider), &clock = context.clock](const http::Request& request) {
        const auto figures = view->Look(request.query == "filesystems");
        if (!figures) return http::ErrorResponse(500, figures.status().message());
        http::Response response;
        response.content_type = "application/json";
        response.body = live::LiveJson(*figures, provider(request), clock.Now());
        return response;
      }};
}

void AppendStatusPage(std::vector<http::Route>& routes, const RouteContext& context) {
  const http::StatusProvider provider = MakeStatusProvider(context, GuardOf(context));
  routes.push_back(http::StatusPageRoute(provider));
  routes.push_back(LiveRoute(context, provider));
  for (http::Route& route : http::PageAssetRoutes()) routes.push_back(std::move(route));
  for (http::Route& route : DocsRoutes()) routes.push_back(std::move(route));
}

}  // namespace

std::vector<http::Route> MakeRoutes(const RouteContext& context) {
  Sources* const sources = &context.sources;
  std::vector<http::Route> routes;
  routes.push_back(MetricsOf(context));
  routes.push_back(http::HealthyRoute());
  routes.push_back(http::ReadyRoute([sources] { return IsReady(*sources); }));
  routes.push_back(http::ReloadRoute(context.web.enable_lifecycle, context.reload));
  AppendLoggers(routes, context);
  // As node_exporter has it: with the metrics at "/" there is no page.
  if (context.web.telemetry_path != "/") AppendStatusPage(routes, context);
  return routes;
}

}  // namespace hostpulse
