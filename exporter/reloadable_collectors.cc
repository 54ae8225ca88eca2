#include "exporter/reloadable_collectors.h"

namespace hostpulse {

void ReloadableCollectors::Exchange(std::unique_ptr<collectors::CollectorSet> set) {
  std::shared_ptr<collectors::CollectorSet> old(std::move(set));
  {
    MutexLock lock(mutex_);
    earlier_duplicates_ += set_->duplicates();
    set_.swap(old);
  }
  // The old set is destroyed here, without the lock, unless a scrape still uses it.
}

std::shared_ptr<collectors::CollectorSet> ReloadableCollectors::Current() const {
  MutexLock lock(mutex_);
  return set_;
}

Status ReloadableCollectors::Gather(const GatherFilter& filter, FamilyVisitor visit) {
  return Current()->Gather(filter, visit);
}

std::uint64_t ReloadableCollectors::duplicates() const {
  MutexLock lock(mutex_);
  return earlier_duplicates_ + set_->duplicates();
}

}  // namespace hostpulse
