#pragma once

#include <prometheus/client_metric.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "core/metrics/metric_source.h"

namespace hostpulse {

// Merges lists of families into one: sorted by name, each name once, no label set twice. Storage is
// recycled, so that a merge of what was merged last time allocates nothing. One thread at a time.
class FamilyMerger {
 public:
  void Begin();
  // Takes a list whose families hold still until the next Begin.
  void Add(std::span<const FamilyView> families);
  // The merged list, valid until the next Begin.
  std::span<const FamilyView> Finish();

  // Of the last merge: samples dropped because their label set was there already, and samples
  // dropped because their family was there already with another type.
  std::size_t duplicates() const { return duplicates_; }
  std::size_t type_clashes() const { return type_clashes_; }

 private:
  using Metrics = std::vector<const prometheus::ClientMetric*>;

  // Joins views_[first, last), which share a name, into one view.
  FamilyView Join(std::size_t first, std::size_t last);

  std::vector<FamilyView> views_;
  std::vector<std::uint32_t> order_;  // Of the last merge, usually still right.
  std::vector<FamilyView> merged_;
  std::deque<Metrics> joined_;  // Of families that came from several lists; addresses hold.
  std::size_t joined_used_ = 0;
  Metrics scratch_;
  std::size_t duplicates_ = 0;
  std::size_t type_clashes_ = 0;
};

}  // namespace hostpulse
