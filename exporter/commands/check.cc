#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "collectors/collector_set.h"
#include "core/clock.h"
#include "core/log/logger_registry.h"
#include "exporter/commands/commands.h"
#include "exporter/http/web_config_file.h"
#include "push/destination.h"
#include "push/gateway/gateway_client.h"

namespace hostpulse::commands {
namespace {

// Prints findings as they are made and counts them.
class Findings {
 public:
  void Add(const std::string& line) {
    std::printf("%s\n", line.c_str());
    ++count_;
  }
  int count() const { return count_; }

 private:
  int count_ = 0;
};

// Logs would say the same as the findings: only those are printed.
LoggerRegistryOptions Silent() {
  LoggerRegistryOptions options;
  options.level = LogLevel::kOff;
  return options;
}

// What a collector lacks on this host is normal; what it may not do or cannot read is a finding.
void CheckCollectors(const config::Config& config, const Clock& clock, LoggerRegistry& loggers,
                     Findings& findings) {
  auto set = collectors::CollectorSet::Create(config.collectors, clock, loggers);
  if (!set) return findings.Add(set.status().message());
  const Status gathered = (*set)->Gather({}, [](std::span<const FamilyView>) {});
  if (!gathered) findings.Add("collectors: " + gathered.message());
  for (const collectors::CollectorReport& report : (*set)->Reports()) {
    if (report.status || report.status.code() == ErrorCode::kAbsent) continue;
    findings.Add("collector " + report.name + ": " + report.status.message());
  }
}

// The nearest directory that exists must let us make the rest of the path, or write into it.
void CheckQueueDirectory(const std::string& directory, Findings& findings) {
  std::string path = directory;
  struct stat info {};
  while (::stat(path.c_str(), &info) != 0 && errno == ENOENT && path.find('/') != path.npos) {
    const std::size_t slash = path.rfind('/');
    path.resize(slash == 0 ? 1 : slash);
  }
  const char* what = nullptr;
  if (::stat(path.c_str(), &info) != 0) {
    what = std::strerror(errno);
  } else if (!S_ISDIR(info.st_mode)) {
    what = "is not a directory";
  } else if (::faccessat(AT_FDCWD, path.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    what = path == directory ? "is not writable" : "cannot be made: permission denied";
  }
  if (what != nullptr) findings.Add("push.queue_dir: " + directory + ": " + what);
}

void CheckGateway(const push::PushOptions& options, const Clock& clock, Findings& findings) {
  const push::TransportOptions& transport = options.gateway->transport;
  if (const Status status = push::CheckFiles(transport.tls); !status) {
    findings.Add("push.gateway: " + std::string(status.message()));
    return;
  }
  push::GatewayClient client(transport, push::AddedLabels(options.sampler), clock);
  const push::GatewayAnswer answer = client.Probe();
  if (!answer.ok()) findings.Add("push.gateway: " + answer.error);
}

}  // namespace

int Check(const config::Config& config) {
  Findings findings;
  const SystemClock clock;
  LoggerRegistry loggers(Silent(), clock);
  if (const std::string& file = config.web.server.web_config_file; !file.empty()) {
    const auto web = http::LoadWebConfig(file);
    if (!web) findings.Add(web.status().message());
  }
  CheckCollectors(config, clock, loggers, findings);
  if (!config.push.destinations.empty()) CheckQueueDirectory(config.push.queue.dir, findings);
  for (const push::DestinationOptions& destination : config.push.destinations) {
    const Status status = push::CheckDestination(destination);
    if (!status) findings.Add("destination " + destination.name + ": " + status.message());
  }
  if (config.push.gateway) CheckGateway(config.push, clock, findings);
  return findings.count() == 0 ? 0 : 1;
}

}  // namespace hostpulse::commands
