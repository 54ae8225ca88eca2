#include "core/metrics/family_merge.h"

#include <algorithm>

#include "core/metrics/kept_order.h"
#include "core/metrics/labels.h"

namespace hostpulse {

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
  joined.text = nullptr;
  joined.version = 0;
  return joined;
}

std::span<const FamilyView> FamilyMerger::Finish() {
  // Equal names stay in the order in which they were added: the first one wins.
  KeepSorted(order_, views_.size(), [this](std::uint32_t a, std::uint32_t b) {
    return views_[a].name.compare(views_[b].name);
  });
  for (std::size_t first = 0; first < order_.size();) {
    std::size_t last = first + 1;
    while (last < order_.size() && views_[order_[last]].name == views_[order_[first]].name) ++last;
    merged_.push_back(last - first == 1 ? views_[order_[first]] : Join(first, last));
    first = last;
  }
  return merged_;
}

}  // namespace hostpulse
