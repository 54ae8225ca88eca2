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

// Beside name and labels: braces, spaces, a bound, a value, a timestamp and the newline.
constexpr std::size_t kRestRoom = 8 + 3 * kNumberRoom;

// Writes the samples of one metric.
class MetricText {
 public:
  MetricText(std::string_view name, const ClientMetric& metric, const SampleStyle& style,
             TextWriter& out)
      : name_(name), metric_(metric), style_(style), out_(out), room_(name.size() + kRestRoom) {
    for (const auto& label : metric.label) room_ += label.name.size() + label.value.size() * 2 + 4;
  }

  void Sample(std::string_view suffix, double value, const Bound& bound = {}) {
    char* to = out_.Reserve(room_ + suffix.size() + bound.label.size());
    to = Put(to, name_);
    to = Put(to, suffix);
    if (!metric_.label.empty() || !bound.label.empty()) to = PutLabels(to, bound);
    *to++ = ' ';
    to = PutNumber(to, value);
    if (metric_.timestamp_ms != 0) to = PutTimestamp(to);
    *to++ = '\n';
    out_.Commit(to);
  }

  void Series() {
    char* const to = Put(out_.Reserve(room_), name_);
    out_.Commit(metric_.label.empty() ? to : PutLabels(to, {}));
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
  char* PutLabels(char* to, const Bound& bound) const {
    char separator = '{';
    for (const auto& label : metric_.label) {
      *to++ = separator;
      to = Put(to, label.name);
      to = Put(to, "=\"");
      to = PutEscaped(to, label.value, true);
      *to++ = '"';
      separator = ',';
    }
    if (!bound.label.empty()) {
      *to++ = separator;
      to = Put(to, bound.label);
      to = Put(to, "=\"");
      to = style_.float_bounds ? PutFloatBound(to, bound.value) : PutBound(to, bound.value);
      *to++ = '"';
    }
    *to++ = '}';
    return to;
  }

  char* PutTimestamp(char* to) const {
    *to++ = ' ';
    const auto stamp = static_cast<double>(metric_.timestamp_ms);
    return PutNumber(to, style_.second_stamps ? stamp / 1e3 : stamp);
  }

  const std::string_view name_;
  const ClientMetric& metric_;
  const SampleStyle& style_;
  TextWriter& out_;
  std::size_t room_;  // For one sample, save suffix and name of the bound.
};

}  // namespace

void AppendSeries(std::string_view name, const ClientMetric& metric, TextWriter& out) {
  MetricText(name, metric, SampleStyle{}, out).Series();
}

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
