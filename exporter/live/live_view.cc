#include "exporter/live/live_view.h"

#include <algorithm>
#include <utility>

namespace hostpulse::live {

Result<Figures> LiveView::Look(bool with_filesystems) {
  const MutexLock lock(mutex_);
  const bool fresh = seen_ && clock_.Monotonic() - seen_->figures.at < kFresh;
  if (fresh && (seen_->with_filesystems || !with_filesystems)) return seen_->figures;
  auto figures = Collect(with_filesystems);
  if (!figures) return std::move(figures).status();
  seen_ = Seen{std::move(*figures), with_filesystems};
  return seen_->figures;
}

Result<Figures> LiveView::Collect(bool with_filesystems) const {
  const std::vector<std::string> enabled = enabled_();
  GatherFilter filter;
  const auto add = [&](std::string_view name) {
    if (std::ranges::find(enabled, name) != enabled.end()) filter.collect.emplace_back(name);
  };
  for (const std::string_view name : FigureCollectors()) add(name);
  if (with_filesystems) add(kFilesystemCollector);

  Figures figures;
  figures.at = clock_.Monotonic();
  // With an empty filter every collector would run.
  if (filter.collect.empty()) return figures;
  Status status = source_.Gather(filter, [&](std::span<const FamilyView> families) {
    figures = ReadFigures(families, clock_.Monotonic());
  });
  if (!status) return status;
  return figures;
}

}  // namespace hostpulse::live
