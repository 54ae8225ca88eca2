#pragma once

#include <prometheus/client_metric.h>

#include <span>
#include <string>
#include <string_view>

#include "core/function_ref.h"
#include "core/metrics/metric_source.h"

namespace hostpulse::push {

// One number of a family with all that tells it from others, borrowed for the visit.
struct SampleView {
  std::string_view family;
  std::string_view suffix;  // "_bucket", "_sum", "_count" or empty: the name is family + suffix.
  std::span<const prometheus::ClientMetric::Label> labels;
  std::string_view extra_name;   // "le" or "quantile"; empty for most.
  std::string_view extra_value;  // As the text exposition writes it.
  double value = 0;
};

// Takes a family apart into the samples that a scrape of its text would give: one a metric for
// counters, gauges and untyped ones; buckets (with +Inf), sum and count for histograms; quantiles,
// sum and count for summaries. Explicit timestamps are ignored. `scratch` is the caller's, so that
// nothing is allocated once it is large enough.
void ForEachSample(const FamilyView& family, std::string& scratch,
                   FunctionRef<void(const SampleView&)> visit);

// "bytes" of node_memory_MemFree_bytes, "seconds" of node_cpu_seconds_total; empty where the name
// ends in no base unit.
std::string_view UnitOf(std::string_view family_name);

}  // namespace hostpulse::push
