#include "exporter/http/logger_level_source.h"

namespace hostpulse::http {
namespace {

constexpr MetricDesc kLoggerLevel = {
    "hostpulse_logger_level", kGauge, "logger", "",
    "Level of a logger that has one of its own: 0 off, 1 error, 2 warn, 3 info, 4 debug, 5 trace."};

}  // namespace

Status LoggerLevelSource::Gather(const GatherFilter& /*filter*/, FamilyVisitor visit) {
  const MutexLock lock(mutex_);
  batch_.Begin();
  FamilyBuilder& family = batch_.Family(kLoggerLevel);
  registry_.VisitConfigured([&family](std::string_view name, LogLevel level) {
    family.Add({{"logger", name}}, static_cast<double>(level));
  });
  batch_.Finish();
  visit(batch_.families());
  return {};
}

}  // namespace hostpulse::http
