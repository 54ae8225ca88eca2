#include "exporter/status.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>

#include "core/duration.h"
#include "core/version.h"

namespace hostpulse {
namespace {

using http::StatusContent;
using Mood = StatusContent::Mood;

StatusContent::Collector CollectorRow(collectors::CollectorReport report) {
  StatusContent::Collector row;
  row.name = std::move(report.name);
  row.duration = report.duration;
  if (!report.ran) {
    row.state = "not run yet";
    row.mood = Mood::kQuiet;
  } else if (report.status) {
    row.state = "ok";
  } else if (report.status.code() == ErrorCode::kAbsent) {
    row.state = "not on this host";
    row.mood = Mood::kQuiet;
  } else {
    row.state = "failed";
    row.mood = Mood::kBad;
    row.error = report.status.message();
  }
  return row;
}

StatusContent::Destination DestinationRow(const push::DestinationReport& report) {
  StatusContent::Destination row;
  row.name = report.name;
  row.state = report.state;
  if (report.last_success) row.state += " by " + report.protocol;
  if (report.backlog_samples > 0) {
    const auto behind = std::chrono::floor<std::chrono::seconds>(report.backlog_age);
    row.state += ", " + std::to_string(report.backlog_samples) + " samples, " +
                 FormatDuration(behind) + " behind";
  }
  if (!report.last_error.empty()) {
    row.state += ": " + report.last_error;
    row.mood = Mood::kBad;
  } else if (!report.last_success) {
    row.mood = Mood::kQuiet;
  }
  return row;
}

}  // namespace

std::string HostName() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

http::StatusProvider MakeStatusProvider(const RouteContext& context) {
  StatusContent fixed;
  fixed.version = std::string(kVersion) + " (" + std::string(kRevision) + ")";
  fixed.host = HostName();
  fixed.telemetry_path = context.web.telemetry_path;
  if (context.web.loggers == http::LoggersMode::kOff) fixed.loggers_path.clear();
  const MonotonicTime started = context.clock.Monotonic();

  return [fixed, started, &clock = context.clock, &sources = context.sources, &push = context.push,
          &loggers = context.loggers] {
    StatusContent content = fixed;
    content.uptime = std::chrono::floor<std::chrono::seconds>(clock.Monotonic() - started);
    for (collectors::CollectorReport& report : sources.collectors().Reports()) {
      content.collectors.push_back(CollectorRow(std::move(report)));
    }
    for (const push::DestinationReport& report : push.Report()) {
      content.destinations.push_back(DestinationRow(report));
    }
    if (content.loggers_path.empty()) return content;
    for (const LoggerState& state : loggers.States()) {
      content.loggers.push_back(
          {state.name, std::string(LogLevelName(state.effective)), state.configured.has_value()});
    }
    return content;
  };
}

}  // namespace hostpulse
