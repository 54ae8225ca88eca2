#include "exporter/http/health.h"

#include <utility>

#include "exporter/http/loggers_guard.h"
#include "exporter/http/response_writer.h"

namespace hostpulse::http {
namespace {

Response TextResponse(std::string_view text) {
  Response response;
  response.body = text;
  return response;
}

}  // namespace

Route HealthyRoute() {
  return {"/-/healthy", {"GET"}, [](const Request&) {
            return TextResponse("hostpulse is healthy.\n");
          }};
}

Route ReadyRoute(std::function<bool()> is_ready) {
  return {"/-/ready", {"GET"}, [is_ready = std::move(is_ready)](const Request&) {
            if (is_ready()) return TextResponse("hostpulse is ready.\n");
            return ErrorResponse(503, "hostpulse is not ready: nothing has been collected yet.");
          }};
}

Route ReloadRoute(bool enabled, std::function<Status()> reload) {
  return {
      "/-/reload", {"POST", "PUT"}, [enabled, reload = std::move(reload)](const Request& request) {
        if (!enabled) {
          return ErrorResponse(403,
                               "The lifecycle API is off; --web.enable-lifecycle turns it on.");
        }
        if (LooksLikeBrowser(request)) {
          return ErrorResponse(403, "Reloading is not for web pages.");
        }
        const Status status = reload();
        if (!status) {
          return ErrorResponse(500, "The configuration was not loaded: " + status.message());
        }
        return TextResponse("");
      }};
}

}  // namespace hostpulse::http
