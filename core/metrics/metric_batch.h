#pragma once

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "core/metrics/metric_desc.h"
#include "core/metrics/metric_source.h"

namespace hostpulse {

// A label as a collector has it: both views need to live only for the call that takes them. The
// value may be any bytes; what is stored is valid UTF-8 of at most 1,024 bytes.
struct LabelView {
  std::string_view name;
  std::string_view value;
};

// One family while its collector fills it. Owned by its MetricBatch, which reuses it cycle after
// cycle. Labels must be given sorted by name (as MetricDesc::labels has them); the order of samples
// is free.
class FamilyBuilder {
 public:
  FamilyBuilder() = default;
  FamilyBuilder(const FamilyBuilder&) = delete;
  FamilyBuilder& operator=(const FamilyBuilder&) = delete;

  // Adds one sample of a counter, gauge or untyped family.
  void Add(std::span<const LabelView> labels, double value);
  void Add(std::initializer_list<LabelView> labels, double value) {
    Add(std::span<const LabelView>(labels.begin(), labels.size()), value);
  }
  void Add(double value) { Add(std::span<const LabelView>(), value); }

  // Adds a metric with its labels and leaves the rest to the caller, who must set every field of
  // the family's type: for histograms, summaries and explicit timestamps.
  prometheus::ClientMetric& AddMetric(std::span<const LabelView> labels);

  std::size_t size() const { return used_; }

 private:
  friend class MetricBatch;

  void Start(std::string_view name, std::string_view help, prometheus::MetricType type);
  // Takes the storage of another one; neither is open.
  void Exchange(FamilyBuilder& other);
  // Sorts, drops and counts repeated label sets; the view then stands until the next Start.
  std::size_t Finish();

  prometheus::MetricFamily family_;  // family_.metric holds at least used_ metrics, kept warm.
  std::size_t used_ = 0;
  std::vector<std::uint32_t> order_;  // The sorted order of the last cycle, usually still right.
  std::vector<const prometheus::ClientMetric*> sorted_;
};

// The families of one collector. Every cycle assigns over the strings and vectors of the last one,
// so that nothing is allocated once the host's set of series has been seen. One thread at a time.
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
  // same name twice in one cycle gives the same family.
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
  std::deque<FamilyBuilder> pool_;  // Addresses hold while it grows.
  std::size_t used_ = 0;
  std::vector<FamilyView> views_;
  std::size_t duplicates_ = 0;
};

}  // namespace hostpulse
