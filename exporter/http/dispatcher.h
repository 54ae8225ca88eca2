#pragma once

#include <memory>
#include <vector>

#include "core/log/logger.h"
#include "exporter/http/http_message.h"

namespace hostpulse::http {

// Finds who answers a request. Thread safe.
class Dispatcher {
 public:
  Dispatcher(std::vector<Route> routes, Logger& log);

  // Never throws: what leaves a handler becomes a 500 and a line in the log.
  Response Dispatch(Request& request) const;

 private:
  Response Find(Request& request) const;
  const Route* Match(std::string_view path) const;

  std::vector<Route> routes_;
  Logger& log_;
};

}  // namespace hostpulse::http
