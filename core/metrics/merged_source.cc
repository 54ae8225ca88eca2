#include "core/metrics/merged_source.h"

namespace hostpulse {

Status MergedSource::Gather(const GatherFilter& filter, FamilyVisitor visit) {
  const MutexLock lock(mutex_);
  merger_.Begin();
  return GatherFrom(0, filter, visit);
}

Status MergedSource::GatherFrom(std::size_t index, const GatherFilter& filter,
                                FamilyVisitor visit) {
  if (index == sources_.size()) {
    const auto families = merger_.Finish();
    clashes_.fetch_add(merger_.duplicates() + merger_.type_clashes(), std::memory_order_relaxed);
    visit(families);
    return {};
  }
  Status inner;
  Status status = sources_[index]->Gather(
      filter, [&](std::span<const FamilyView> families) HOSTPULSE_REQUIRES(mutex_) {
        merger_.Add(families);
        inner = GatherFrom(index + 1, filter, visit);
      });
  return status.ok() ? std::move(inner) : std::move(status);
}

}  // namespace hostpulse
