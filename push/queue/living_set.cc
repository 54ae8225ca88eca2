#include "push/queue/living_set.h"

#include <algorithm>
#include <utility>

namespace hostpulse::push {

const LivingSeries* LivingSet::Find(SeriesId id) const {
  const auto below = [](const LivingSeries& item, SeriesId wanted) { return item.id < wanted; };
  const auto it = std::lower_bound(items_.begin(), items_.end(), id, below);
  return it != items_.end() && it->id == id ? &*it : nullptr;
}

void LivingSet::Merge(std::span<const SeriesPtr> series) {
  if (series.empty()) return;
  if (items_.empty() || items_.back().id < series.front()->id) {
    for (const SeriesPtr& one : series) items_.push_back({one, one->id, true, {}});
    return;
  }
  spare_.clear();
  spare_.reserve(items_.size() + series.size());
  std::size_t at = 0;
  for (const SeriesPtr& one : series) {
    while (at < items_.size() && items_[at].id < one->id) spare_.push_back(std::move(items_[at++]));
    if (at < items_.size() && items_[at].id == one->id) ++at;
    spare_.push_back({one, one->id, true, {}});
  }
  while (at < items_.size()) spare_.push_back(std::move(items_[at++]));
  std::swap(items_, spare_);
  spare_.clear();
}

void LivingSet::Erase(std::span<const SeriesId> ids) {
  if (ids.empty()) return;
  auto at = ids.begin();
  std::erase_if(items_, [&](const LivingSeries& item) {
    while (at != ids.end() && *at < item.id) ++at;
    return at != ids.end() && *at == item.id;
  });
}

}  // namespace hostpulse::push
