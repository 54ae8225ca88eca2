#include "core/metrics/text_encoder.h"

#include <cmath>
#include <limits>

#include "core/metrics/number_text.h"

namespace hostpulse {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

std::string_view TypeName(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Gauge:
      return "gauge";
    case MetricType::Histogram:
      return "histogram";
    case MetricType::Summary:
      return "summary";
    case MetricType::Untyped:
      break;
  }
  return "untyped";
}

void AppendHead(const FamilyView& family, std::string& out) {
  if (!family.help.empty()) {
    out.append("# HELP ").append(family.name).append(" ");
    AppendEscaped(family.help, false, out);
    out += '\n';
  }
  out.append("# TYPE ").append(family.name).append(" ").append(TypeName(family.type));
  out += '\n';
}

// Of one sample of a family: `extra` is a label that its kind adds (le, quantile), if any.
struct Extra {
  std::string_view name;
  double value = 0;
};

void AppendLabels(const ClientMetric& metric, const Extra& extra, std::string& out) {
  if (metric.label.empty() && extra.name.empty()) return;
  char separator = '{';
  for (const auto& label : metric.label) {
    out += separator;
    out.append(label.name).append("=\"");
    AppendEscaped(label.value, true, out);
    out += '"';
    separator = ',';
  }
  if (!extra.name.empty()) {
    out += separator;
    out.append(extra.name).append("=\"");
    AppendNumber(extra.value, out);
    out += '"';
  }
  out += '}';
}

void AppendTimestamp(const ClientMetric& metric, std::string& out) {
  if (metric.timestamp_ms != 0) out.append(" ").append(std::to_string(metric.timestamp_ms));
  out += '\n';
}

void AppendSample(const FamilyView& family, std::string_view suffix, const ClientMetric& metric,
                  double value, std::string& out, const Extra& extra = {}) {
  out.append(family.name).append(suffix);
  AppendLabels(metric, extra, out);
  out += ' ';
  AppendNumber(value, out);
  AppendTimestamp(metric, out);
}

void AppendHistogram(const FamilyView& family, const ClientMetric& metric, std::string& out) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto& histogram = metric.histogram;
  for (const auto& bucket : histogram.bucket) {
    AppendSample(family, "_bucket", metric, static_cast<double>(bucket.cumulative_count), out,
                 {"le", bucket.upper_bound});
  }
  const auto count = static_cast<double>(histogram.sample_count);
  if (histogram.bucket.empty() || !std::isinf(histogram.bucket.back().upper_bound)) {
    AppendSample(family, "_bucket", metric, count, out, {"le", kInfinity});
  }
  AppendSample(family, "_sum", metric, histogram.sample_sum, out);
  AppendSample(family, "_count", metric, count, out);
}

void AppendSummary(const FamilyView& family, const ClientMetric& metric, std::string& out) {
  for (const auto& quantile : metric.summary.quantile) {
    AppendSample(family, "", metric, quantile.value, out, {"quantile", quantile.quantile});
  }
  AppendSample(family, "_sum", metric, metric.summary.sample_sum, out);
  AppendSample(family, "_count", metric, static_cast<double>(metric.summary.sample_count), out);
}

void AppendMetric(const FamilyView& family, const ClientMetric& metric, std::string& out) {
  switch (family.type) {
    case MetricType::Counter:
      return AppendSample(family, "", metric, metric.counter.value, out);
    case MetricType::Gauge:
      return AppendSample(family, "", metric, metric.gauge.value, out);
    case MetricType::Untyped:
      return AppendSample(family, "", metric, metric.untyped.value, out);
    case MetricType::Histogram:
      return AppendHistogram(family, metric, out);
    case MetricType::Summary:
      return AppendSummary(family, metric, out);
  }
}

}  // namespace

void EncodeText(std::span<const FamilyView> families, std::string& out) {
  for (const FamilyView& family : families) {
    AppendHead(family, out);
    for (const ClientMetric* metric : family.metrics) AppendMetric(family, *metric, out);
  }
}

}  // namespace hostpulse
