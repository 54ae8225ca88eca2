#include "core/metrics/sample_text.h"

#include <cmath>
#include <cstdint>
#include <limits>

namespace hostpulse {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

// The label that a histogram or summary adds to a sample, if any.
struct Bound {
  std::string_view label;
  double value = 0;
};

// Writes the samples of one metric.
class MetricText {
 public:
  MetricText(std::string_view name, const ClientMetric& metric, const SampleStyle& style,
             TextWriter& out)
      : name_(name), metric_(metric), style_(style), out_(out) {}

  void Sample(std::string_view suffix, double value, const Bound& bound = {}) {
    out_.Append(name_);
    out_.Append(suffix);
    Labels(bound);
    out_.Append(' ');
    out_.AppendNumber(value);
    Timestamp();
    out_.Append('\n');
  }

  void Histogram() {
    const auto& histogram = metric_.histogram;
    for (const auto& bucket : histogram.bucket) {
      Sample("_bucket", static_cast<double>(bucket.cumulative_count), {"le", bucket.upper_bound});
    }
    const auto count = static_cast<double>(histogram.sample_count);
    if (histogram.bucket.empty() || !std::isinf(histogram.bucket.back().upper_bound)) {
      Sample("_bucket", count, {"le", std::numeric_limits<double>::infinity()});
    }
    Sample("_sum", histogram.sample_sum);
    Sample("_count", count);
  }

  void Summary() {
    const auto& summary = metric_.summary;
    for (const auto& quantile : summary.quantile) {
      Sample("", quantile.value, {"quantile", quantile.quantile});
    }
    Sample("_sum", summary.sample_sum);
    Sample("_count", static_cast<double>(summary.sample_count));
  }

 private:
  void Labels(const Bound& bound) {
    if (metric_.label.empty() && bound.label.empty()) return;
    char separator = '{';
    for (const auto& label : metric_.label) {
      out_.Append(separator);
      out_.Append(std::string_view(label.name));
      out_.Append("=\"");
      out_.AppendEscaped(label.value, true);
      out_.Append('"');
      separator = ',';
    }
    if (!bound.label.empty()) {
      out_.Append(separator);
      out_.Append(bound.label);
      out_.Append("=\"");
      const std::size_t start = out_.position();
      out_.AppendNumber(bound.value);
      if (style_.float_labels &&
          out_.Since(start).find_first_not_of("-0123456789") == std::string_view::npos) {
        out_.Append(".0");
      }
      out_.Append('"');
    }
    out_.Append('}');
  }

  void Timestamp() {
    if (metric_.timestamp_ms == 0) return;
    out_.Append(' ');
    const auto stamp = static_cast<double>(metric_.timestamp_ms);
    out_.AppendNumber(style_.second_stamps ? stamp / 1e3 : stamp);
  }

  const std::string_view name_;
  const ClientMetric& metric_;
  const SampleStyle& style_;
  TextWriter& out_;
};

}  // namespace

void AppendMetric(std::string_view name, MetricType type, const ClientMetric& metric,
                  const SampleStyle& style, TextWriter& out) {
  MetricText text(name, metric, style, out);
  switch (type) {
    case MetricType::Counter:
      return text.Sample(style.counter, metric.counter.value);
    case MetricType::Gauge:
      return text.Sample("", metric.gauge.value);
    case MetricType::Untyped:
      return text.Sample("", metric.untyped.value);
    case MetricType::Histogram:
      return text.Histogram();
    case MetricType::Summary:
      return text.Summary();
  }
}

}  // namespace hostpulse
