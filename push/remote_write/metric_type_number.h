#pragma once

#include "core/metrics/metric_desc.h"

namespace hostpulse::push {

// The number of a type in both messages of remote write.
constexpr int MetricTypeNumber(prometheus::MetricType type) {
  switch (type) {
    case prometheus::MetricType::Counter:
      return 1;
    case prometheus::MetricType::Gauge:
      return 2;
    case prometheus::MetricType::Histogram:
      return 3;
    case prometheus::MetricType::Summary:
      return 5;
    case prometheus::MetricType::Untyped:
      break;
  }
  return 0;
}

}  // namespace hostpulse::push
