#include <cstdio>
#include <string>

#include "core/clock.h"
#include "core/log/logger_registry.h"
#include "core/metrics/text_encoder.h"
#include "exporter/commands/commands.h"
#include "exporter/sources.h"

namespace hostpulse::commands {

int Once(const config::Config& config) {
  const SystemClock clock;
  LoggerRegistry loggers(config.log.root, clock);
  for (const std::string& notice : config.notices) loggers.Get("config").Warn(notice);
  const auto sources = Sources::Create(config, clock, loggers);
  if (!sources) {
    std::fprintf(stderr, "hostpulse: error: %s\n", sources.status().message().c_str());
    return 1;
  }
  std::string text;
  const Status status = (*sources)->all().Gather(
      {}, [&](std::span<const FamilyView> families) { EncodeText(families, text); });
  if (!status) {
    std::fprintf(stderr, "hostpulse: error: %s\n", status.message().c_str());
    return 1;
  }
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}

}  // namespace hostpulse::commands
