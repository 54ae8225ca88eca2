#pragma once

#include <prometheus/client_metric.h>
#include <prometheus/metric_type.h>

#include <string_view>

#include "core/metrics/text_writer.h"

namespace hostpulse {

// Where the two text formats write a sample differently.
struct SampleStyle {
  bool float_bounds = false;   // le="1.0", not le="1".
  bool second_stamps = false;  // Timestamps in seconds, not in milliseconds.
  // Behind the name of a counter's sample. Empty, but not null: it is copied from.
  std::string_view counter = "";  // NOLINT(readability-redundant-string-init)
};

// Appends name and labels of a series: `node_load1`, `node_cpu_seconds_total{cpu="0",mode="idle"}`.
void AppendSeries(std::string_view name, const prometheus::ClientMetric& metric, TextWriter& out);

// Appends the samples of one metric of a family called `name`, which is of this type.
void AppendMetric(std::string_view name, prometheus::MetricType type,
                  const prometheus::ClientMetric& metric, const SampleStyle& style,
                  TextWriter& out);

}  // namespace hostpulse
