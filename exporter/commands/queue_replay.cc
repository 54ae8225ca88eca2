#include <unistd.h>

#include <cstdio>

#include "exporter/commands/queue.h"
#include "push/replay.h"

namespace hostpulse::commands {
namespace {

// By name, or made of a URL.
Result<push::DestinationOptions> FindDestination(const std::string& to,
                                                 const config::Config& config) {
  std::string names;
  for (const push::DestinationOptions& one : config.push.destinations) {
    const std::string name = one.name.empty() ? push::DestinationName(one.transport.url) : one.name;
    if (name == to) return one;
    names += " " + name;
  }
  push::DestinationOptions made;
  made.name = "replay";
  made.transport.url = to;
  if (to.find("://") != to.npos && push::Validate(made).empty()) return made;
  return Status(ErrorCode::kInvalid,
                "--to: '" + to +
                    "': accepted: the URL of a receiver, or the name of a configured "
                    "destination" +
                    (names.empty() ? "" : ":" + names));
}

void ShowProgress(const push::ReplayReport& report) {
  std::fprintf(stderr, "\r%llu samples sent, up to %s ",
               static_cast<unsigned long long>(report.samples), ShowTime(report.last_ms).c_str());
}

}  // namespace

int QueueReplay(const QueueRequest& request, const config::Config& config) {
  const auto destination = FindDestination(request.to, config);
  if (!destination) {
    std::fprintf(stderr, "hostpulse: error: %s\n", destination.status().message().c_str());
    return 1;
  }
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const SystemClock clock;
  const push::ReplayReport report = push::Replay(*request.view, request.filter, *destination, clock,
                                                 [&](const push::ReplayReport& so_far) {
                                                   if (terminal) ShowProgress(so_far);
                                                 });
  if (terminal) std::fprintf(stderr, "\n");
  std::printf("%llu samples sent in %llu requests: %llu accepted, %llu refused\n",
              static_cast<unsigned long long>(report.samples),
              static_cast<unsigned long long>(report.requests),
              static_cast<unsigned long long>(report.accepted),
              static_cast<unsigned long long>(report.refused));
  if (report.whole && report.refused == 0) return 0;
  std::fprintf(stderr, "hostpulse: error: %s%s\n", report.error.c_str(),
               report.whole ? "" : "; given up, the rest is not sent");
  return 1;
}

}  // namespace hostpulse::commands
