#include <cstdio>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/log/logger_registry.h"
#include "core/metrics/text_encoder.h"
#include "exporter/commands/commands.h"
#include "exporter/sources.h"
#include "push/gateway/gateway_client.h"
#include "push/gateway/group_text.h"
#include "push/sampler.h"

namespace hostpulse::commands {

namespace {

int Fail(std::string_view what) {
  std::fprintf(stderr, "hostpulse: error: %.*s\n", static_cast<int>(what.size()), what.data());
  return 1;
}

// Collects once and gives that to `visit`.
Status Collect(const config::Config& config, const Clock& clock, FamilyVisitor visit) {
  LoggerRegistry loggers(config.log.root, clock);
  for (const std::string& notice : config.notices) loggers.Get("config").Warn(notice);
  const auto sources = Sources::Create(config, clock, loggers);
  return sources ? (*sources)->all().Gather({}, visit) : sources.status();
}

}  // namespace

int Once(const config::Config& config) {
  std::string text;
  const auto encode = [&](std::span<const FamilyView> families) { EncodeText(families, text); };
  const Status status = Collect(config, SystemClock(), encode);
  if (!status) return Fail(status.message());
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}

int PushOnce(const config::Config& config) {
  const SystemClock clock;
  std::string text;
  const Status status = Collect(config, clock, [&](std::span<const FamilyView> families) {
    push::EncodeGroup(families, text);
  });
  if (!status) return Fail(status.message());
  push::GatewayClient client(config.push.gateway->transport, push::AddedLabels(config.push.sampler),
                             clock);
  const push::GatewayAnswer answer = client.Push(text);
  return answer.ok() ? 0 : Fail("Pushgateway: " + answer.error);
}

}  // namespace hostpulse::commands
