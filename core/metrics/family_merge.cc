#include "core/metrics/family_merge.h"

#include <algorithm>
#include <numeric>

namespace hostpulse {

int CompareLabels(const prometheus::ClientMetric& a, const prometheus::ClientMetric& b) {
  if (a.label.size() != b.label.size()) return a.label.size() < b.label.size() ? -1 : 1;
  for (std::size_t i = 0; i < a.label.size(); ++i) {
    if (const int order = a.label[i].value.compare(b.label[i].value); order != 0) return order;
  }
  for (std::size_t i = 0; i < a.label.size(); ++i) {
    if (const int order = a.label[i].name.compare(b.label[i].name); order != 0) return order;
  }
  return 0;
}

void FamilyMerger::Begin() {
  views_.clear();
  merged_.clear();
  joined_used_ = 0;
  duplicates_ = 0;
  type_clashes_ = 0;
}

void FamilyMerger::Add(std::span<const FamilyView> families) {
  views_.insert(views_.end(), families.begin(), families.end());
}

void FamilyMerger::SortByName() {
  if (order_.size() != views_.size()) {
    order_.resize(views_.size());
    std::iota(order_.begin(), order_.end(), 0U);
  }
  // Equal names stay in the order in which they were added: the first one wins.
  const auto before = [this](std::uint32_t a, std::uint32_t b) {
    const int order = views_[a].name.compare(views_[b].name);
    return order != 0 ? order < 0 : a < b;
  };
  if (!std::is_sorted(order_.begin(), order_.end(), before)) {
    std::sort(order_.begin(), order_.end(), before);
  }
}

FamilyView FamilyMerger::Join(std::size_t first, std::size_t last) {
  if (joined_used_ == joined_.size()) joined_.emplace_back();
  Metrics& metrics = joined_[joined_used_++];
  metrics.clear();
  FamilyView joined = views_[order_[first]];
  for (std::size_t i = first; i < last; ++i) {
    const FamilyView& view = views_[order_[i]];
    if (view.type != joined.type) {
      type_clashes_ += view.metrics.size();
      continue;
    }
    // Both sides are sorted; the first added stays in front of its equal.
    scratch_.resize(metrics.size() + view.metrics.size());
    std::merge(metrics.begin(), metrics.end(), view.metrics.begin(), view.metrics.end(),
               scratch_.begin(),
               [](const auto* a, const auto* b) { return CompareLabels(*a, *b) < 0; });
    metrics.swap(scratch_);
  }
  const auto end = std::unique(metrics.begin(), metrics.end(), [](const auto* a, const auto* b) {
    return CompareLabels(*a, *b) == 0;
  });
  duplicates_ += static_cast<std::size_t>(metrics.end() - end);
  metrics.erase(end, metrics.end());
  joined.metrics = metrics;
  return joined;
}

std::span<const FamilyView> FamilyMerger::Finish() {
  SortByName();
  for (std::size_t first = 0; first < order_.size();) {
    std::size_t last = first + 1;
    while (last < order_.size() && views_[order_[last]].name == views_[order_[first]].name) ++last;
    merged_.push_back(last - first == 1 ? views_[order_[first]] : Join(first, last));
    first = last;
  }
  return merged_;
}

}  // namespace hostpulse
