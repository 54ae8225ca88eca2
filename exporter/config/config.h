#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "collectors/collector_set.h"
#include "core/log/logger_registry.h"
#include "exporter/config/file_values.h"
#include "exporter/http/http_server.h"
#include "exporter/http/loggers_handler.h"
#include "push/push_service.h"

namespace hostpulse::config {

struct LogConfig {
  LoggerRegistryOptions root;
  std::vector<std::pair<std::string, LogLevel>> loggers;  // Levels of their own, by name.
};

struct WebConfig {
  http::HttpServerOptions server;
  std::string telemetry_path = "/metrics";
  int max_requests = 40;  // 0: no limit.
  bool disable_exporter_metrics = false;
  bool enable_openmetrics = false;
  bool enable_lifecycle = false;
  http::LoggersMode loggers = http::LoggersMode::kLocal;
};

// Everything that flags, environment and files say, checked, with defaults in place. Built once a
// start or reload and const from then on; holds nothing of the parsers.
struct Config {
  std::string file;  // --config.file; empty without.
  collectors::CollectorSetOptions collectors;
  LogConfig log;
  WebConfig web;
  push::PushOptions push;
  std::vector<FileValue> file_values;  // Of `file`, to tell by what it differs from another.
  // What deserves a line in the log but stops nothing: deprecated flags, keys without effect,
  // collectors that are asked for and not there yet.
  std::vector<std::string> notices;
};

inline constexpr std::chrono::nanoseconds kMinInterval = std::chrono::milliseconds(100);
inline constexpr std::chrono::nanoseconds kMaxInterval = std::chrono::hours(24);

}  // namespace hostpulse::config
