#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/http/http_message.h"

namespace hostpulse::http {

// What the status page shows. Any text may hold anything: the page escapes it.
struct StatusContent {
  enum class Mood { kGood, kQuiet, kBad };  // Quiet: nothing to say yet, or not on this host.

  struct Collector {
    std::string name;
    std::string state;  // In a word or two: "ok", "failed", "not on this host".
    Mood mood = Mood::kGood;
    std::chrono::nanoseconds duration{};  // Of the last run; zero if there was none.
    std::string error;                    // Empty if there was none.
  };
  struct Destination {
    std::string name;
    std::string state;  // In words, without secrets: "sending, 12 s behind".
    Mood mood = Mood::kGood;
  };
  struct LogLevelRow {
    std::string name;
    std::string level;        // The effective one.
    bool configured = false;  // Its own, not inherited.
  };

  std::string version;
  std::string host;
  std::chrono::seconds uptime{};  // Of the program.
  std::string telemetry_path = "/metrics";
  std::string loggers_path = "/loggers";  // Empty where there is none.
  std::vector<Collector> collectors;
  std::vector<Destination> destinations;
  std::vector<LogLevelRow> loggers;
  std::string why_not_change;  // Why this reader may not change log levels; empty where he may.
};

// Called for every request, on any worker. Must be cheap: Kubernetes probes the page.
using StatusProvider = std::function<StatusContent(const Request& request)>;

// The page at "/": a document that says all but the charts by itself. Its script (page/live.js)
// asks for -/live while somebody looks.
Route StatusPageRoute(StatusProvider provider);

std::string RenderStatusPage(const StatusContent& content);

}  // namespace hostpulse::http
