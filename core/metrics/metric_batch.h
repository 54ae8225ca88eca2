#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/metrics/family_builder.h"
#include "core/metrics/metric_desc.h"
#include "core/metrics/metric_source.h"

namespace hostpulse {

// The families of one collector. Every cycle assigns over the strings and vectors of the last one,
// so that nothing is allocated once the host's set of series has been seen. Families that a
// collector opens in the order of the last cycle are found without a search. One thread at a time.
//
//   batch.Begin();  ... out.Family(kLoad1).Add(0.5); ...  batch.Finish();  batch.families()
class MetricBatch {
 public:
  MetricBatch() = default;
  MetricBatch(const MetricBatch&) = delete;
  MetricBatch& operator=(const MetricBatch&) = delete;

  // Forgets the samples of the last cycle and keeps their storage.
  void Begin();

  // Opens a family; the reference holds until Finish. A family without samples is not exposed. The
  // same name twice in one cycle gives the same family, with the help and type of the first.
  FamilyBuilder& Family(const MetricDesc& desc) { return Family(desc.name, desc.help, desc.type); }
  FamilyBuilder& Family(std::string_view name, std::string_view help, prometheus::MetricType type);

  // Drops every sample of this cycle: for a collector that failed and must not expose half a state.
  void Clear();

  // Closes the cycle.
  void Finish();

  // The non-empty families sorted by name; valid from Finish until the next Begin.
  std::span<const FamilyView> families() const { return views_; }

  // How many samples were dropped for repeating a label set of their family in the last cycle.
  std::size_t duplicates() const { return duplicates_; }

 private:
  // A builder for a name that none has: one that no recent cycle used, else a new one.
  FamilyBuilder& Adopt(std::string_view name);
  // Makes the builder the next one that is open.
  void Open(FamilyBuilder& family);
  void Place(FamilyBuilder& family, std::size_t position);

  std::deque<FamilyBuilder> pool_;  // Addresses hold while it grows.
  // By the names that the builders keep.
  std::unordered_map<std::string_view, FamilyBuilder*> index_;
  // All of the pool: first used_ open ones in the order of opening, then those of the last cycle
  // up to recent_, then those to spare.
  std::vector<FamilyBuilder*> list_;
  std::size_t used_ = 0;
  std::size_t recent_ = 0;
  std::vector<std::uint32_t> order_;  // Of list_, by name.
  bool reordered_ = false;            // Whether list_ is in another order than at the last Finish.
  std::vector<FamilyView> views_;
  std::string scratch_;
  std::size_t duplicates_ = 0;
};

}  // namespace hostpulse
