#include "exporter/status.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "core/duration.h"
#include "core/mutex.h"
#include "core/version.h"
#include "exporter/host_name.h"
#include "exporter/http/loggers_guard.h"
#include "exporter/live/backlog_watch.h"

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

std::string Rounded(std::chrono::nanoseconds duration) {
  return FormatDuration(std::chrono::ceil<std::chrono::seconds>(duration));
}

// "catching up by remote-write-2.0: backlog 3h (81000 samples), empty in 40s".
std::string DescribeBacklog(const push::DestinationReport& report,
                            std::optional<std::chrono::seconds> empty_in) {
  if (report.backlog_samples == 0) return "";
  std::string text = "backlog " + Rounded(report.backlog_age) + " (" +
                     std::to_string(report.backlog_samples) + " samples)";
  if (empty_in) text += ", empty in " + FormatDuration(*empty_in);
  return text;
}

StatusContent::Destination DestinationRow(const push::DestinationReport& report,
                                          std::optional<std::chrono::seconds> empty_in) {
  StatusContent::Destination row;
  row.name = report.name;
  row.state = report.state;
  if (report.last_success) row.state += " by " + report.protocol;
  const bool fails = !report.last_error.empty();
  if (fails && report.next_try_in) row.state += " in " + Rounded(*report.next_try_in);
  if (fails) row.state += " because " + report.last_error;
  const std::string backlog = DescribeBacklog(report, empty_in);
  if (!backlog.empty()) row.state += (fails ? "; " : ", ") + backlog;
  if (fails) {
    row.mood = Mood::kBad;
  } else if (!report.last_success) {
    row.mood = Mood::kQuiet;
  }
  return row;
}

// The rows of all destinations, and how their backlogs move from one look to the next.
class DestinationRows {
 public:
  std::vector<StatusContent::Destination> Make(const std::vector<push::DestinationReport>& reports,
                                               MonotonicTime now) HOSTPULSE_EXCLUDES(mutex_) {
    std::vector<StatusContent::Destination> rows;
    rows.reserve(reports.size());
    const MutexLock lock(mutex_);
    for (const push::DestinationReport& report : reports) {
      rows.push_back(
          DestinationRow(report, watch_.EmptyIn(report.name, report.backlog_samples, now)));
    }
    return rows;
  }

 private:
  Mutex mutex_;
  live::BacklogWatch watch_ HOSTPULSE_GUARDED_BY(mutex_);
};

}  // namespace

http::StatusProvider MakeStatusProvider(const RouteContext& context, http::LoggersOptions guard) {
  StatusContent fixed;
  fixed.version = std::string(kVersion) + " (" + std::string(kRevision) + ")";
  fixed.host = HostName();
  fixed.telemetry_path = context.web.telemetry_path;
  if (context.web.loggers == http::LoggersMode::kOff) fixed.loggers_path.clear();
  const MonotonicTime started = context.clock.Monotonic();

  return [fixed, started, guard = std::move(guard), rows = std::make_shared<DestinationRows>(),
          &clock = context.clock, &sources = context.sources, &push = context.push,
          &loggers = context.loggers](const http::Request& request) {
    StatusContent content = fixed;
    const MonotonicTime now = clock.Monotonic();
    content.uptime = std::chrono::floor<std::chrono::seconds>(now - started);
    for (collectors::CollectorReport& report : sources.collectors().Reports()) {
      content.collectors.push_back(CollectorRow(std::move(report)));
    }
    content.destinations = rows->Make(push.Report(), now);
    if (content.loggers_path.empty()) return content;
    content.why_not_change = http::WhyNotChange(request, guard);
    for (const LoggerState& state : loggers.States()) {
      content.loggers.push_back(
          {state.name, std::string(LogLevelName(state.effective)), state.configured.has_value()});
    }
    return content;
  };
}

}  // namespace hostpulse
