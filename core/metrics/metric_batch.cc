#include "core/metrics/metric_batch.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/metrics/family_merge.h"
#include "core/utf8.h"

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

constexpr std::size_t kMaxLabelBytes = 1024;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Stores `value` as valid UTF-8 of at most kMaxLabelBytes, cut on a character border.
void AssignClean(std::string_view value, std::string& out) {
  if (value.size() <= kMaxLabelBytes &&
      std::all_of(value.begin(), value.end(), [](char c) { return (c & 0x80) == 0; })) {
    out.assign(value);
    return;
  }
  out.clear();
  while (!value.empty()) {
    const Utf8Char next = DecodeUtf8(value);
    const std::string_view bytes = next.valid ? value.substr(0, next.length) : kReplacement;
    if (out.size() + bytes.size() > kMaxLabelBytes) break;
    out.append(bytes);
    value.remove_prefix(next.length);
  }
}

}  // namespace

void FamilyBuilder::Start(std::string_view name, std::string_view help,
                          prometheus::MetricType type) {
  if (family_.name != name) family_.name.assign(name);
  if (family_.help != help) family_.help.assign(help);
  family_.type = type;
  used_ = 0;
}

ClientMetric& FamilyBuilder::AddMetric(std::span<const LabelView> labels) {
  if (used_ == family_.metric.size()) family_.metric.emplace_back();
  ClientMetric& metric = family_.metric[used_++];
  metric.label.resize(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    ClientMetric::Label& label = metric.label[i];
    if (label.name != labels[i].name) label.name.assign(labels[i].name);
    if (label.value != labels[i].value) AssignClean(labels[i].value, label.value);
  }
  return metric;
}

void FamilyBuilder::Add(std::span<const LabelView> labels, double value) {
  SetValue(family_.type, AddMetric(labels), value);
}

void FamilyBuilder::Exchange(FamilyBuilder& other) {
  std::swap(family_, other.family_);
  order_.swap(other.order_);
  sorted_.swap(other.sorted_);
}

std::size_t FamilyBuilder::Finish() {
  const auto& metrics = family_.metric;
  if (order_.size() != used_) {
    order_.resize(used_);
    std::iota(order_.begin(), order_.end(), 0U);
  }
  const auto rising = [&](std::uint32_t a, std::uint32_t b) {
    return CompareLabels(metrics[a], metrics[b]) < 0;
  };
  const auto not_rising = [&](std::uint32_t a, std::uint32_t b) { return !rising(a, b); };
  sorted_.clear();
  if (std::adjacent_find(order_.begin(), order_.end(), not_rising) == order_.end()) {
    for (const std::uint32_t index : order_) sorted_.push_back(&metrics[index]);
    return 0;
  }
  // By index where labels are equal, so that the first one added is the one that stays.
  std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int order = CompareLabels(metrics[a], metrics[b]);
    return order != 0 ? order < 0 : a < b;
  });
  for (const std::uint32_t index : order_) {
    if (!sorted_.empty() && CompareLabels(*sorted_.back(), metrics[index]) == 0) continue;
    sorted_.push_back(&metrics[index]);
  }
  return used_ - sorted_.size();
}

void MetricBatch::Begin() {
  used_ = 0;
  duplicates_ = 0;
  views_.clear();
}

FamilyBuilder& MetricBatch::Family(std::string_view name, std::string_view help,
                                   prometheus::MetricType type) {
  // A name stands in the pool once, so the slot that had it last time in this place is the one.
  if (used_ == pool_.size() || pool_[used_].family_.name != name) {
    const auto found =
        std::find_if(pool_.begin(), pool_.end(),
                     [name](const FamilyBuilder& family) { return family.family_.name == name; });
    const auto index = static_cast<std::size_t>(found - pool_.begin());
    if (index < used_) return *found;
    if (index < pool_.size()) {
      pool_[used_].Exchange(pool_[index]);
    } else if (used_ == pool_.size()) {
      pool_.emplace_back();
    }
  }
  FamilyBuilder& family = pool_[used_++];
  family.Start(name, help, type);
  return family;
}

void MetricBatch::Clear() {
  for (std::size_t i = 0; i < used_; ++i) pool_[i].used_ = 0;
}

void MetricBatch::Finish() {
  for (std::size_t i = 0; i < used_; ++i) {
    FamilyBuilder& family = pool_[i];
    if (family.used_ == 0) continue;
    duplicates_ += family.Finish();
    views_.push_back(
        {family.family_.name, family.family_.help, family.family_.type, std::span(family.sorted_)});
  }
  std::sort(views_.begin(), views_.end(),
            [](const FamilyView& a, const FamilyView& b) { return a.name < b.name; });
}

}  // namespace hostpulse
