#include "core/metrics/merged_source.h"

#include <utility>

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
  // The visit is inside this call, and so under the lock, which the analysis cannot see.
  const auto visit_and_go_on = [&](std::span<const FamilyView> families)
                                   HOSTPULSE_THREAD_ANNOTATION(no_thread_safety_analysis) {
                                     merger_.Add(families);
                                     inner = GatherFrom(index + 1, filter, visit);
                                   };
  Status status = sources_[index]->Gather(filter, visit_and_go_on);
  return status.ok() ? std::move(inner) : std::move(status);
}

}  // namespace hostpulse
