#include "core/metrics/family_builder.h"

#include <atomic>

#include "core/metrics/kept_order.h"

namespace hostpulse {
namespace {

using prometheus::ClientMetric;

void SetValue(prometheus::MetricType type, ClientMetric& metric, double value) {
  switch (type) {
    case prometheus::MetricType::Counter:
      metric.counter.value = value;
      break;
    case prometheus::MetricType::Gauge:
      metric.gauge.value = value;
      break;
    default:
      metric.untyped.value = value;
  }
}

// Never the same twice in one process.
std::uint64_t NextVersion() {
  static std::atomic<std::uint64_t> last = 0;
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

void FamilyBuilder::Start(std::string_view help, prometheus::MetricType type) {
  if (family_.help != help || family_.type != type) {
    family_.help.assign(help);
    family_.type = type;
    changed_ = true;
  }
  used_ = 0;
}

ClientMetric& FamilyBuilder::AddMetric(std::span<const LabelView> labels) {
  if (used_ == family_.metric.size()) {
    family_.metric.emplace_back();
    changed_ = true;
  }
  ClientMetric& metric = family_.metric[used_++];
  metric.timestamp_ms = 0;
  if (metric.label.size() != labels.size()) {
    metric.label.resize(labels.size());
    changed_ = true;
  }
  auto label = metric.label.begin();
  for (const LabelView& given : labels) {
    if (label->name != given.name || label->value != given.value) {
      label->name.assign(given.name);
      AssignLabelValue(given.value, label->value);
      changed_ = true;
    }
    ++label;
  }
  return metric;
}

void FamilyBuilder::Add(std::span<const LabelView> labels, double value) {
  SetValue(family_.type, AddMetric(labels), value);
}

std::size_t FamilyBuilder::Finish(std::string& scratch) {
  if (changed_ || used_ != finished_) {
    const auto& metrics = family_.metric;
    KeepSorted(order_, used_, [&metrics](std::uint32_t a, std::uint32_t b) {
      return CompareLabels(metrics[a], metrics[b]);
    });
    sorted_.clear();
    for (const std::uint32_t index : order_) {
      if (!sorted_.empty() && CompareLabels(*sorted_.back(), metrics[index]) == 0) continue;
      sorted_.push_back(&metrics[index]);
    }
    text_.Make({family_.name, family_.help, family_.type, sorted_}, scratch);
    changed_ = false;
    finished_ = used_;
    // Of histograms and summaries the bounds may change unseen.
    version_ = text_.empty() ? 0 : NextVersion();
  }
  return used_ - sorted_.size();
}

}  // namespace hostpulse
