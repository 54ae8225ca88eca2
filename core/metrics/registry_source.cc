#include "core/metrics/registry_source.h"

#include <algorithm>

namespace hostpulse {
namespace {

// The library sorts labels by name already where they come from a map; a Collectable of somebody
// else's may not.
void CopyMetric(prometheus::ClientMetric& metric, std::vector<LabelView>& labels,
                FamilyBuilder& out) {
  std::sort(metric.label.begin(), metric.label.end());
  labels.clear();
  for (const auto& label : metric.label) labels.push_back({label.name, label.value});
  prometheus::ClientMetric& copy = out.AddMetric(labels);
  copy.counter = metric.counter;
  copy.gauge = metric.gauge;
  copy.untyped = metric.untyped;
  copy.summary = std::move(metric.summary);
  copy.histogram = std::move(metric.histogram);
  copy.timestamp_ms = metric.timestamp_ms;
}

}  // namespace

Status RegistrySource::Gather(const GatherFilter& /*filter*/, FamilyVisitor visit) {
  std::vector<prometheus::MetricFamily> families = registry_.Collect();
  std::vector<LabelView> labels;
  const MutexLock lock(mutex_);
  batch_.Begin();
  for (auto& family : families) {
    FamilyBuilder& out = batch_.Family(family.name, family.help, family.type);
    for (auto& metric : family.metric) CopyMetric(metric, labels, out);
  }
  batch_.Finish();
  visit(batch_.families());
  return {};
}

}  // namespace hostpulse
