#include "exporter/reload.h"

#include <algorithm>
#include <utility>

namespace hostpulse {
namespace {

constexpr std::string_view kActor = "config";

void SetLevel(LoggerRegistry& loggers, const std::string& name, std::optional<LogLevel> level,
              Logger& log) {
  loggers.Get(name);  // The logger of a part that has not logged yet.
  const Status status = loggers.Set(name, level, std::nullopt, kActor);
  if (!status) log.Warn("cannot set a log level", {{"logger", name}, {"err", status.message()}});
}

}  // namespace

void ApplyLevels(const config::LogConfig& before, const config::LogConfig& now,
                 LoggerRegistry& loggers, Logger& log) {
  if (now.root.level != before.root.level) SetLevel(loggers, "ROOT", now.root.level, log);
  for (const auto& [name, level] : before.loggers) {
    const auto kept =
        std::ranges::find(now.loggers, name, &std::pair<std::string, LogLevel>::first);
    if (kept == now.loggers.end()) SetLevel(loggers, name, std::nullopt, log);
  }
  for (const auto& setting : now.loggers) {
    if (std::ranges::find(before.loggers, setting) != before.loggers.end()) continue;
    SetLevel(loggers, setting.first, setting.second, log);
  }
}

void LogChanges(const config::Config& before, const config::Config& now, Logger& log) {
  const std::vector<config::FileChange> changes =
      config::CompareFiles(before.file_values, now.file_values);
  for (const config::FileChange& change : changes) {
    log.Info("changed", {{"key", change.path},
                         {"was", change.was.empty() ? "not set" : change.was},
                         {"is", change.is.empty() ? "not set" : change.is}});
  }
  if (changes.empty() && !now.file.empty())
    log.Info("nothing in the configuration file has changed");
}

std::vector<std::string> KeysThatNeedRestart(const config::Config& before,
                                             const config::Config& now) {
  const config::WebConfig& was = before.web;
  const config::WebConfig& is = now.web;
  std::vector<std::string> keys;
  const auto compare = [&](const char* key, bool same) {
    if (!same) keys.emplace_back(key);
  };
  compare("log.format", before.log.root.format == now.log.root.format);
  compare("web.listen", was.server.listen == is.server.listen);
  compare("web.systemd_socket", was.server.systemd_socket == is.server.systemd_socket);
  compare("web.telemetry_path", was.telemetry_path == is.telemetry_path);
  compare("web.max_requests", was.max_requests == is.max_requests);
  compare("web.disable_exporter_metrics",
          was.disable_exporter_metrics == is.disable_exporter_metrics);
  compare("web.enable_openmetrics", was.enable_openmetrics == is.enable_openmetrics);
  compare("web.enable_lifecycle", was.enable_lifecycle == is.enable_lifecycle);
  compare("web.loggers", was.loggers == is.loggers);
  return keys;
}

}  // namespace hostpulse
