#include <string>

#include "collectors/collector_set.h"
#include "core/clock.h"
#include "core/log/logger_registry.h"
#include "exporter/commands/check/check_push.h"
#include "exporter/commands/check/report.h"
#include "exporter/commands/commands.h"
#include "exporter/commands/silent_log.h"
#include "exporter/http/listen_address.h"
#include "exporter/http/web_check.h"

namespace hostpulse::commands {
namespace {

void CheckWeb(const config::WebConfig& web, const Clock& clock, LoggerRegistry& loggers,
              Report& report) {
  if (!web.server.systemd_socket) {
    for (const std::string& text : web.server.listen) {
      const auto address = http::ParseListenAddress(text);
      if (!address) report.Finding(address.status().message());
    }
  }
  const std::string& file = web.server.web_config_file;
  if (file.empty()) return;
  const auto words = http::CheckWebConfig(file, clock, loggers.Get("http"));
  if (!words) return report.Finding(words.status().message());
  report.Fine(file + ": " + *words);
}

// What a collector may not read it says itself; this is what lets it.
std::string WhatHelps(const Status& status) {
  const bool says_so = status.message().find("CAP_") != std::string::npos;
  if (status.code() != ErrorCode::kPermission || says_so) return "";
  return "; needs root, or CAP_DAC_READ_SEARCH among the AmbientCapabilities of its unit";
}

// What a collector lacks on this host is normal; what it may not do or cannot read is a finding.
void CheckCollectors(const config::Config& config, const Clock& clock, LoggerRegistry& loggers,
                     Report& report) {
  auto set = collectors::CollectorSet::Create(config.collectors, clock, loggers);
  if (!set) return report.Finding(set.status().message());
  const Status gathered = (*set)->Gather({}, [](std::span<const FamilyView>) {});
  if (!gathered) report.Finding("collectors: " + gathered.message());
  for (const collectors::CollectorReport& each : (*set)->Reports()) {
    const std::string prefix = "collector " + each.name + ": ";
    if (each.status) {
      report.Fine(prefix + "reads all it needs");
    } else if (each.status.code() == ErrorCode::kAbsent) {
      report.Fine(prefix + "not on this host: " + each.status.message());
    } else {
      report.Finding(prefix + each.status.message() + WhatHelps(each.status));
    }
  }
}

}  // namespace

int Check(const config::Config& config, bool verbose) {
  Report report(verbose);
  const SystemClock clock;
  LoggerRegistry loggers(SilentLog(), clock);
  for (const std::string& notice : config.notices) report.Fine(notice);
  CheckWeb(config.web, clock, loggers, report);
  CheckCollectors(config, clock, loggers, report);
  CheckPush(config.push, clock, report);
  return report.findings() == 0 ? 0 : 1;
}

}  // namespace hostpulse::commands
