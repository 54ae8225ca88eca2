#include "exporter/commands/queue.h"

#include <charconv>
#include <cstdio>
#include <ctime>
#include <utility>

#include "core/duration.h"

namespace hostpulse::commands {
namespace {

Status SetTimes(const config::CommandLine& line, push::LogFilter& filter) {
  const WallTime now = SystemClock().Now();
  for (const auto& [flag, to] :
       {std::pair{"since", &filter.since_ms}, std::pair{"until", &filter.until_ms}}) {
    if (!line.Has(flag)) continue;
    const Result<std::int64_t> time = ParseTime(line.Value(flag), now);
    if (!time)
      return {time.status().code(), std::string("--") + flag + ": " + time.status().message()};
    *to = *time;
  }
  return {};
}

Status SetPlace(const std::string& destination, QueueRequest& request) {
  if (destination.empty()) return {};
  const push::CursorView* const cursor = request.view->FindCursor(destination);
  if (cursor == nullptr) {
    std::string message = "--destination: the queue has no place of '" + destination + "'; it has:";
    for (const push::CursorView& one : request.view->cursors()) message += " " + one.destination;
    return {ErrorCode::kInvalid, message};
  }
  request.filter.after_sequence = cursor->acked;
  return {};
}

Result<QueueRequest> MakeRequest(const config::CommandLine& line, const config::Config& config) {
  QueueRequest request;
  request.json = line.Value("json") == "true";
  request.format = line.Value("format", "openmetrics");
  request.to = line.Value("to");
  if (request.format != "openmetrics" && request.format != "vm-json") {
    return Status(ErrorCode::kInvalid, "--format: accepted: openmetrics, vm-json");
  }
  auto view = push::LogView::Open(config.push.queue.dir, line.Value("refused") == "true");
  if (!view) {
    return Status(view.status().code(),
                  view.status().message() + "; --push.queue-dir says where the queue is");
  }
  request.view = std::move(view).value();
  if (Status status = SetTimes(line, request.filter); !status.ok()) return status;
  if (Status status = SetPlace(line.Value("destination"), request); !status.ok()) return status;
  return request;
}

int Run(const std::string& command, const QueueRequest& request, const config::Config& config) {
  if (command == "stat") return QueueStat(request);
  if (command == "verify") return QueueVerify(request);
  if (command == "dump") return QueueDump(request);
  return QueueReplay(request, config);
}

bool ReadWhole(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

int Queue(const config::CommandLine& line, const config::Config& config) {
  const Result<QueueRequest> request = MakeRequest(line, config);
  if (request.ok()) return Run(line.command[1], *request, config);
  std::fprintf(stderr, "hostpulse: error: %s\n", request.status().message().c_str());
  return 1;
}

Result<std::int64_t> ParseTime(std::string_view text, WallTime now) {
  constexpr std::int64_t kMostSeconds = 253'402'300'799;  // The end of the year 9999.
  std::int64_t seconds = 0;
  // A bare "0" is a duration to ParseDuration; here it is the epoch.
  if (ReadWhole(text, seconds) && seconds >= 0 && seconds <= kMostSeconds) return seconds * 1000;
  if (const auto ago = ParseDuration(text)) return ToUnixMillis(now - *ago);
  std::tm parts{};
  const std::string copy(text);
  const char* const end = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end != nullptr && *end == '\0') return std::int64_t{::timegm(&parts)} * 1000;
  return Status(ErrorCode::kInvalid,
                "'" + copy +
                    "': accepted: a time in UTC as 2026-01-31T08:00:00Z, Unix seconds, or how long "
                    "ago, as 1h30m");
}

std::string ShowTime(std::int64_t unix_ms) {
  if (unix_ms == 0) return "-";
  const std::time_t seconds = unix_ms / 1000;
  std::tm parts{};
  std::string text(sizeof "2026-01-31T08:00:00Z" + 16, '\0');
  if (::gmtime_r(&seconds, &parts) == nullptr) return "-";
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
  return text;
}

}  // namespace hostpulse::commands
