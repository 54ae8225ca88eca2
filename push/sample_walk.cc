#include "push/sample_walk.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "core/metrics/text_writer.h"

namespace hostpulse::push {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

using Visitor = FunctionRef<void(const SampleView&)>;

void VisitSumAndCount(SampleView sample, double sum, std::uint64_t count, const Visitor& visit) {
  sample.extra_name = {};
  sample.extra_value = {};
  sample.suffix = "_sum";
  sample.value = sum;
  visit(sample);
  sample.suffix = "_count";
  sample.value = static_cast<double>(count);
  visit(sample);
}

// The text of a bound as the expositions write it; valid while `scratch` is left alone.
std::string_view BoundText(double bound, std::string& scratch) {
  scratch.clear();
  TextWriter(scratch).AppendNumber(bound);
  return scratch;
}

void VisitHistogram(SampleView sample, const ClientMetric::Histogram& histogram,
                    std::string& scratch, const Visitor& visit) {
  sample.suffix = "_bucket";
  sample.extra_name = "le";
  bool infinite = false;
  for (const ClientMetric::Bucket& bucket : histogram.bucket) {
    infinite = std::isinf(bucket.upper_bound);
    sample.extra_value = BoundText(bucket.upper_bound, scratch);
    sample.value = static_cast<double>(bucket.cumulative_count);
    visit(sample);
  }
  if (!infinite) {
    sample.extra_value = "+Inf";
    sample.value = static_cast<double>(histogram.sample_count);
    visit(sample);
  }
  VisitSumAndCount(sample, histogram.sample_sum, histogram.sample_count, visit);
}

void VisitSummary(SampleView sample, const ClientMetric::Summary& summary, std::string& scratch,
                  const Visitor& visit) {
  sample.extra_name = "quantile";
  for (const ClientMetric::Quantile& quantile : summary.quantile) {
    sample.extra_value = BoundText(quantile.quantile, scratch);
    sample.value = quantile.value;
    visit(sample);
  }
  VisitSumAndCount(sample, summary.sample_sum, summary.sample_count, visit);
}

}  // namespace

void ForEachSample(const FamilyView& family, std::string& scratch, Visitor visit) {
  SampleView sample;
  sample.family = family.name;
  for (const ClientMetric* metric : family.metrics) {
    sample.labels = metric->label;
    switch (family.type) {
      case MetricType::Histogram:
        VisitHistogram(sample, metric->histogram, scratch, visit);
        continue;
      case MetricType::Summary:
        VisitSummary(sample, metric->summary, scratch, visit);
        continue;
      case MetricType::Counter:
        sample.value = metric->counter.value;
        break;
      case MetricType::Gauge:
        sample.value = metric->gauge.value;
        break;
      case MetricType::Untyped:
        sample.value = metric->untyped.value;
        break;
    }
    visit(sample);
  }
}

std::string_view UnitOf(std::string_view family_name) {
  constexpr std::string_view kTotal = "_total";
  constexpr std::array<std::string_view, 10> kUnits = {"seconds", "bytes",   "ratio",  "celsius",
                                                       "volts",   "amperes", "joules", "watts",
                                                       "hertz",   "meters"};
  if (family_name.ends_with(kTotal)) family_name.remove_suffix(kTotal.size());
  const std::size_t underscore = family_name.rfind('_');
  if (underscore == family_name.npos) return {};
  const std::string_view last = family_name.substr(underscore + 1);
  const auto* found = std::find(kUnits.begin(), kUnits.end(), last);
  return found == kUnits.end() ? std::string_view() : *found;
}

}  // namespace hostpulse::push
