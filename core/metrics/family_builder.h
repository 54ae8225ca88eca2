#pragma once

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "core/metrics/labels.h"
#include "core/metrics/metric_source.h"
#include "core/metrics/text_template.h"

namespace hostpulse {

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
  // the family's type and no label: for histograms, summaries and explicit timestamps (there is
  // none to begin with). The reference holds until the next sample is added.
  prometheus::ClientMetric& AddMetric(std::span<const LabelView> labels);

  std::size_t size() const { return used_; }

 private:
  friend class MetricBatch;

  void Name(std::string_view name) {
    family_.name.assign(name);
    changed_ = true;
  }
  void Start(std::string_view help, prometheus::MetricType type);
  // Sorts and drops repeated label sets, whose number it returns; the view then stands until the
  // next Start. Costs nothing where labels are those of the last cycle.
  std::size_t Finish(std::string& scratch);
  FamilyView view() const {
    return {family_.name, family_.help, family_.type, sorted_, text_.empty() ? nullptr : &text_,
            version_};
  }

  prometheus::MetricFamily family_;  // Its metric holds at least used_ of them, kept warm.
  std::size_t used_ = 0;
  // Of the last Finish, and whether anything but a value has changed since.
  std::vector<const prometheus::ClientMetric*> sorted_;
  std::vector<std::uint32_t> order_;
  std::size_t finished_ = 0;
  TextTemplate text_;
  std::uint64_t version_ = 0;
  bool changed_ = false;
  std::size_t position_ = 0;  // In the batch's list.
};

}  // namespace hostpulse
