#pragma once

#include <prometheus/metric_type.h>

#include <string_view>

namespace hostpulse {

// What `hostpulse describe` says of a metric and the exposition prints in its HELP and TYPE lines.
// Static: every view points to a string literal.
struct MetricDesc {
  std::string_view name;  // `node_vmstat_<field>` where the name is open-ended.
  prometheus::MetricType type;
  std::string_view labels;  // Comma-separated, sorted by name; empty without labels.
  std::string_view unit;    // "seconds", "bytes", ...; empty where the number is a plain count.
  std::string_view help;    // Our own words, one sentence, no newline.
};

inline constexpr auto kCounter = prometheus::MetricType::Counter;
inline constexpr auto kGauge = prometheus::MetricType::Gauge;
inline constexpr auto kUntyped = prometheus::MetricType::Untyped;
inline constexpr auto kHistogram = prometheus::MetricType::Histogram;
inline constexpr auto kSummary = prometheus::MetricType::Summary;

// The type's word in a TYPE line (text format 0.0.4).
constexpr std::string_view TypeName(prometheus::MetricType type) {
  switch (type) {
    case kCounter:
      return "counter";
    case kGauge:
      return "gauge";
    case kHistogram:
      return "histogram";
    case kSummary:
      return "summary";
    case kUntyped:
      break;
  }
  return "untyped";
}

}  // namespace hostpulse
