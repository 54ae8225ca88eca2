#include "exporter/commands/check/check_push.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>

#include "core/duration.h"
#include "push/destination.h"
#include "push/gateway/gateway_client.h"
#include "push/receiver_clock.h"

namespace hostpulse::commands {
namespace {

// The nearest directory that exists must let us make the rest of the path, or write into it.
void CheckQueueDirectory(const std::string& directory, Report& report) {
  std::string path = directory;
  struct stat info {};
  while (::stat(path.c_str(), &info) != 0 && errno == ENOENT && path.find('/') != path.npos) {
    const std::size_t slash = path.rfind('/');
    path.resize(slash == 0 ? 1 : slash);
  }
  const std::string prefix = "push.queue_dir: " + directory + ": ";
  if (::stat(path.c_str(), &info) != 0) return report.Finding(prefix + std::strerror(errno));
  if (!S_ISDIR(info.st_mode)) return report.Finding(prefix + "is not a directory");
  if (::faccessat(AT_FDCWD, path.c_str(), W_OK | X_OK, AT_EACCESS) == 0) {
    return report.Fine(prefix + (path == directory ? "is writable" : "can be made"));
  }
  report.Finding(prefix +
                 (path == directory ? "is not writable" : "cannot be made: permission denied"));
}

// "its clock is 2m ahead of ours".
std::string DescribeClock(std::chrono::nanoseconds offset) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(offset);
  // A Date header is no more exact than that.
  if (std::chrono::abs(seconds) <= std::chrono::seconds(1)) return "its clock agrees with ours";
  return "its clock is " + FormatDuration(std::chrono::abs(seconds)) +
         (seconds > seconds.zero() ? " ahead of ours" : " behind ours");
}

void CheckDestination(const push::DestinationOptions& options, Report& report) {
  const std::string prefix = "destination " + options.name + ": ";
  const auto answer = push::CheckDestination(options);
  if (!answer) return report.Finding(prefix + answer.status().message());
  std::string words = "takes " + std::string(push::NameOf(answer->protocol)) + " at " +
                      push::RedactedUrl(options.transport.url);
  if (!answer->clock_offset) return report.Fine(prefix + words);
  words += ", " + DescribeClock(*answer->clock_offset);
  if (*answer->clock_offset >= -push::ReceiverClock::kMostAhead) {
    return report.Fine(prefix + words);
  }
  report.Finding(prefix + words + ": nothing is sent to it until our clock is right");
}

void CheckGateway(const push::PushOptions& options, const Clock& clock, Report& report) {
  const push::TransportOptions& transport = options.gateway->transport;
  if (const Status status = push::CheckFiles(transport.tls); !status) {
    return report.Finding("push.gateway: " + status.message());
  }
  push::GatewayClient client(transport, push::AddedLabels(options.sampler), clock);
  const push::GatewayAnswer answer = client.Probe();
  if (!answer.ok()) return report.Finding("push.gateway: " + answer.error);
  report.Fine("push.gateway: answers at " + push::RedactedUrl(transport.url));
}

}  // namespace

void CheckPush(const push::PushOptions& options, const Clock& clock, Report& report) {
  if (!options.destinations.empty()) CheckQueueDirectory(options.queue.dir, report);
  for (const push::DestinationOptions& destination : options.destinations) {
    CheckDestination(destination, report);
  }
  if (options.gateway) CheckGateway(options, clock, report);
}

}  // namespace hostpulse::commands
