#include "core/metrics/metric_batch.h"

#include <utility>

#include "core/metrics/kept_order.h"

namespace hostpulse {

void MetricBatch::Begin() {
  recent_ = used_;
  used_ = 0;
  duplicates_ = 0;
  views_.clear();
}

void MetricBatch::Place(FamilyBuilder& family, std::size_t position) {
  list_[position] = &family;
  family.position_ = position;
}

void MetricBatch::Open(FamilyBuilder& family) {
  const auto exchange = [this, &family](std::size_t position) {
    Place(*list_[position], family.position_);
    Place(family, position);
  };
  // What was to spare no longer is; what it takes the place of was of the last cycle and stays so.
  if (family.position_ >= recent_) exchange(recent_++);
  if (family.position_ != used_) exchange(used_);
  ++used_;
}

FamilyBuilder& MetricBatch::Adopt(std::string_view name) {
  if (recent_ == list_.size()) {
    FamilyBuilder& fresh = pool_.emplace_back();
    list_.push_back(nullptr);
    Place(fresh, recent_);
    fresh.Name(name);
    index_.emplace(fresh.family_.name, &fresh);
    return fresh;
  }
  FamilyBuilder& spare = *list_[recent_];
  auto entry = index_.extract(spare.family_.name);
  spare.Name(name);
  entry.key() = spare.family_.name;
  index_.insert(std::move(entry));
  return spare;
}

FamilyBuilder& MetricBatch::Family(std::string_view name, std::string_view help,
                                   prometheus::MetricType type) {
  FamilyBuilder* family = used_ < list_.size() ? list_[used_] : nullptr;
  if (family == nullptr || family->family_.name != name) {
    const auto found = index_.find(name);
    family = found != index_.end() ? found->second : &Adopt(name);
    reordered_ = true;
    if (family->position_ < used_) return *family;
  }
  Open(*family);
  family->Start(help, type);
  return *family;
}

void MetricBatch::Clear() {
  for (std::size_t i = 0; i < used_; ++i) list_[i]->used_ = 0;
}

void MetricBatch::Finish() {
  if (reordered_ || order_.size() != used_) {
    KeepSorted(order_, used_, [this](std::uint32_t a, std::uint32_t b) {
      return list_[a]->family_.name.compare(list_[b]->family_.name);
    });
    reordered_ = false;
  }
  for (const std::uint32_t index : order_) {
    FamilyBuilder& family = *list_[index];
    if (family.used_ == 0) continue;
    duplicates_ += family.Finish(scratch_);
    views_.push_back(family.view());
  }
}

}  // namespace hostpulse
