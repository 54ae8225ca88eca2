#include "push/sample_walk.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace hostpulse::push {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

// A number as Go's %g with the fewest digits writes it, which is what `le` and `quantile` are
// compared by: 0.005, 10, 1e+06, +Inf.
class LabelNumber {
 public:
  explicit LabelNumber(double value) {
    if (std::isinf(value)) {
      text_ = value > 0 ? "+Inf" : "-Inf";
      return;
    }
    // Go changes to an exponent below 1e-4 and from 1e21 on for %v, but from 1e6 on where the
    // precision is the shortest one, which is how the exposition format is written.
    const double size = std::abs(value);
    const bool plain = size == 0 || (size >= 1e-4 && size < 1e6);
    const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
    const auto [end, error] =
        std::to_chars(buffer_.data(), buffer_.data() + buffer_.size(), value, format);
    text_ = error == std::errc()
                ? std::string_view(buffer_.data(), static_cast<std::size_t>(end - buffer_.data()))
                : "NaN";
  }
  LabelNumber(const LabelNumber&) = delete;
  LabelNumber& operator=(const LabelNumber&) = delete;

  std::string_view text() const { return text_; }

 private:
  std::array<char, 32> buffer_{};
  std::string_view text_;
};

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

void VisitHistogram(SampleView sample, const ClientMetric::Histogram& histogram,
                    const Visitor& visit) {
  sample.suffix = "_bucket";
  sample.extra_name = "le";
  bool infinite = false;
  for (const ClientMetric::Bucket& bucket : histogram.bucket) {
    const LabelNumber bound(bucket.upper_bound);
    infinite = std::isinf(bucket.upper_bound);
    sample.extra_value = bound.text();
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

void VisitSummary(SampleView sample, const ClientMetric::Summary& summary, const Visitor& visit) {
  sample.extra_name = "quantile";
  for (const ClientMetric::Quantile& quantile : summary.quantile) {
    const LabelNumber rank(quantile.quantile);
    sample.extra_value = rank.text();
    sample.value = quantile.value;
    visit(sample);
  }
  VisitSumAndCount(sample, summary.sample_sum, summary.sample_count, visit);
}

}  // namespace

void ForEachSample(const FamilyView& family, FunctionRef<void(const SampleView&)> visit) {
  SampleView sample;
  sample.family = family.name;
  for (const ClientMetric* metric : family.metrics) {
    sample.labels = metric->label;
    switch (family.type) {
      case MetricType::Histogram:
        VisitHistogram(sample, metric->histogram, visit);
        continue;
      case MetricType::Summary:
        VisitSummary(sample, metric->summary, visit);
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
