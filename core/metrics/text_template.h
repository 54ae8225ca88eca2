#pragma once

#include <prometheus/client_metric.h>
#include <prometheus/metric_type.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/metrics/text_writer.h"

namespace hostpulse {

struct FamilyView;

// What of a family's exposition (text format 0.0.4) is the same in every scrape until a series
// comes or leaves: all but the values. Only for counters, gauges and untyped metrics. Kept by a
// FamilyBuilder, which knows when it has to be made anew.
class TextTemplate {
 public:
  // Of any type; that of a histogram or summary stays empty. `scratch` keeps its storage for the
  // next one.
  void Make(const FamilyView& family, std::string& scratch);
  bool empty() const { return ends_.empty(); }

  // The exposition of the family with these values; `metrics` are those it was made of.
  void Append(std::span<const prometheus::ClientMetric* const> metrics, TextWriter& out) const;

 private:
  void Write(const FamilyView& family, std::string& text);

  // Heading and name and labels of the first sample, name and labels of the second, ...
  std::string text_;
  std::vector<std::uint32_t> ends_;  // Of the pieces, in text_.
  prometheus::MetricType type_ = prometheus::MetricType::Untyped;
};

// The HELP and TYPE lines.
void AppendTextHead(const FamilyView& family, TextWriter& out);

}  // namespace hostpulse
