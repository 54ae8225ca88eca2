#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/log/logger.h"
#include "core/log/logger_registry.h"
#include "core/result.h"
#include "exporter/http/http_message.h"

namespace hostpulse::http {

// Who may change log levels (--web.loggers). Reading is as open as /metrics, except with kOff.
enum class LoggersMode {
  kOff,    // No such paths.
  kRead,   // Nobody.
  kLocal,  // Whoever is on this host or authenticated.
  kAll,    // Everybody.
};

// "off", "read", "local", "all". Errors: kInvalid with what is accepted.
Result<LoggersMode> ParseLoggersMode(std::string_view text);

struct LoggersOptions {
  LoggersMode mode = LoggersMode::kLocal;
  std::string host_name;  // Of this host; with a domain, its first label counts as well.
  std::vector<std::string> allowed_hosts;  // More names that a Host header may have, without port.
};

// /loggers and /loggers/{name} as Spring Boot Actuator's clients know them: levels are shown and
// changed while the program runs. Refused changes are logged to `log`; changes by the registry.
// Both outlive the routes.
std::vector<Route> LoggersRoutes(LoggerRegistry& registry, LoggersOptions options, Logger& log);

}  // namespace hostpulse::http
