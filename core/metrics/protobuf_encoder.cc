#include "core/metrics/protobuf_encoder.h"

#include <prometheus/client_metric.h>

#include <cstdint>
#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>

namespace hostpulse {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;
using Writer = protozero::pbf_writer;
using Tag = protozero::pbf_tag_type;

// Field numbers of io.prometheus.client (client_model's metrics.proto, proto2: every value is
// written, zero as well).
enum FamilyField : Tag { kName = 1, kHelp = 2, kType = 3, kMetric = 4 };
enum MetricField : Tag {
  kLabel = 1,
  kGaugeValue = 2,
  kCounterValue = 3,
  kSummaryValue = 4,
  kUntypedValue = 5,
  kTimestampMs = 6,
  kHistogramValue = 7,
};
enum LabelField : Tag { kLabelName = 1, kLabelValue = 2 };
enum NumberField : Tag { kValue = 1 };  // Of Gauge, Counter and Untyped.
enum DistributionField : Tag { kSampleCount = 1, kSampleSum = 2, kPart = 3 };
enum QuantileField : Tag { kQuantile = 1, kQuantileValue = 2 };
enum BucketField : Tag { kCumulativeCount = 1, kUpperBound = 2 };

std::int32_t TypeNumber(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return 0;
    case MetricType::Gauge:
      return 1;
    case MetricType::Summary:
      return 2;
    case MetricType::Untyped:
      return 3;
    case MetricType::Histogram:
      return 4;
  }
  return 3;
}

void AddNumber(Writer& metric, MetricField field, double value) {
  Writer number(metric, field);
  number.add_double(kValue, value);
}

void AddSummary(Writer& metric, const ClientMetric::Summary& from) {
  Writer summary(metric, kSummaryValue);
  summary.add_uint64(kSampleCount, from.sample_count);
  summary.add_double(kSampleSum, from.sample_sum);
  for (const auto& quantile : from.quantile) {
    Writer part(summary, kPart);
    part.add_double(kQuantile, quantile.quantile);
    part.add_double(kQuantileValue, quantile.value);
  }
}

void AddHistogram(Writer& metric, const ClientMetric::Histogram& from) {
  Writer histogram(metric, kHistogramValue);
  histogram.add_uint64(kSampleCount, from.sample_count);
  histogram.add_double(kSampleSum, from.sample_sum);
  for (const auto& bucket : from.bucket) {
    Writer part(histogram, kPart);
    part.add_uint64(kCumulativeCount, bucket.cumulative_count);
    part.add_double(kUpperBound, bucket.upper_bound);
  }
}

void AddValue(Writer& metric, MetricType type, const ClientMetric& from) {
  switch (type) {
    case MetricType::Counter:
      return AddNumber(metric, kCounterValue, from.counter.value);
    case MetricType::Gauge:
      return AddNumber(metric, kGaugeValue, from.gauge.value);
    case MetricType::Untyped:
      return AddNumber(metric, kUntypedValue, from.untyped.value);
    case MetricType::Summary:
      return AddSummary(metric, from.summary);
    case MetricType::Histogram:
      return AddHistogram(metric, from.histogram);
  }
}

void AddMetric(Writer& family, MetricType type, const ClientMetric& from) {
  Writer metric(family, kMetric);
  for (const ClientMetric::Label& from_label : from.label) {
    Writer label(metric, kLabel);
    label.add_string(kLabelName, from_label.name);
    label.add_string(kLabelValue, from_label.value);
  }
  AddValue(metric, type, from);
  if (from.timestamp_ms != 0) metric.add_int64(kTimestampMs, from.timestamp_ms);
}

void AddFamily(const FamilyView& from, std::string& out) {
  Writer family(out);
  family.add_string(kName, from.name.data(), from.name.size());
  family.add_string(kHelp, from.help.data(), from.help.size());
  family.add_enum(kType, TypeNumber(from.type));
  for (const ClientMetric* metric : from.metrics) AddMetric(family, from.type, *metric);
}

}  // namespace

void EncodeProtobuf(std::span<const FamilyView> families, std::string& out) {
  out.clear();
  std::string message;
  for (const FamilyView& family : families) {
    message.clear();
    AddFamily(family, message);
    protozero::write_varint(std::back_inserter(out), message.size());
    out.append(message);
  }
}

}  // namespace hostpulse
