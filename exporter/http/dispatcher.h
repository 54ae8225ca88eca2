#pragma once

#include <memory>
#include <vector>

#include "core/log/logger.h"
#include "exporter/http/http_message.h"
#include "exporter/http/web_access.h"

namespace hostpulse::http {

// Asks a request for what the web configuration wants of it, and finds who answers it. Thread safe.
class Dispatcher {
 public:
  // The others must outlive it.
  Dispatcher(std::vector<Route> routes, WebAccess& access, Logger& log);

  // Never throws: what leaves a handler becomes a 500 and a line in the log.
  Response Dispatch(Request& request) const;

 private:
  Response Answer(Request& request) const;
  Response CallHandler(const Route& route, const Request& request) const;
  const Route* Match(std::string_view path) const;

  const std::vector<Route> routes_;
  WebAccess& access_;
  Logger& log_;
};

}  // namespace hostpulse::http
