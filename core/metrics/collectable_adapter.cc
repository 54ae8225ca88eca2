#include "core/metrics/collectable_adapter.h"

#include <string>
#include <utility>

namespace hostpulse {
namespace {

prometheus::MetricFamily Copy(const FamilyView& view) {
  prometheus::MetricFamily family;
  family.name = std::string(view.name);
  family.help = std::string(view.help);
  family.type = view.type;
  family.metric.reserve(view.metrics.size());
  for (const auto* metric : view.metrics) family.metric.push_back(*metric);
  return family;
}

}  // namespace

std::vector<prometheus::MetricFamily> CollectableAdapter::Collect() const {
  std::vector<prometheus::MetricFamily> families;
  const Status status = source_.Gather({}, [&](std::span<const FamilyView> views) {
    for (const FamilyView& view : views) families.push_back(Copy(view));
  });
  if (!status.ok()) families.clear();
  return families;
}

}  // namespace hostpulse
