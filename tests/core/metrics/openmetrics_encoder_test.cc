#include "core/metrics/openmetrics_encoder.h"

#include <gtest/gtest.h>

#include <string>

#include "core/metrics/metric_batch.h"

namespace hostpulse {
namespace {

std::string Encode(MetricBatch& batch) {
  batch.Finish();
  std::string text;
  EncodeOpenMetrics(batch.families(), text);
  return text;
}

TEST(OpenMetricsEncoder, EndsWithEofEvenWithoutFamilies) {
  MetricBatch batch;
  batch.Begin();
  EXPECT_EQ(Encode(batch), "# EOF\n");
}

TEST(OpenMetricsEncoder, NamesACounterFamilyWithoutTotal) {
  MetricBatch batch;
  batch.Begin();
  batch.Family("c_total", "Says \"so\".", kCounter).Add({{"a", "b"}}, 7);
  EXPECT_EQ(Encode(batch),
            "# TYPE c counter\n# HELP c Says \\\"so\\\".\nc_total{a=\"b\"} 7\n# EOF\n");
}

TEST(OpenMetricsEncoder, CallsACounterWithoutTotalUnknown) {
  MetricBatch batch;
  batch.Begin();
  batch.Family("node_intr", "", kCounter).Add(1);
  batch.Family("node_vmstat_pgfault", "", kUntyped).Add(2);
  EXPECT_EQ(Encode(batch),
            "# TYPE node_intr unknown\nnode_intr 1\n"
            "# TYPE node_vmstat_pgfault unknown\nnode_vmstat_pgfault 2\n# EOF\n");
}

TEST(OpenMetricsEncoder, DoesNotGiveTwoFamiliesOneName) {
  MetricBatch batch;
  batch.Begin();
  batch.Family("foo", "", kGauge).Add(1);
  batch.Family("foo_total", "", kCounter).Add(2);
  EXPECT_EQ(Encode(batch),
            "# TYPE foo gauge\nfoo 1\n# TYPE foo_total unknown\nfoo_total 2\n# EOF\n");
}

TEST(OpenMetricsEncoder, WritesBoundsAsFloatsAndTimestampsInSeconds) {
  MetricBatch batch;
  batch.Begin();
  auto& metric = batch.Family("h", "", kHistogram).AddMetric({});
  metric.histogram.sample_count = 2;
  metric.histogram.bucket = {{1, 1}, {1, 2.5}};
  metric.timestamp_ms = 1500;
  EXPECT_EQ(Encode(batch),
            "# TYPE h histogram\nh_bucket{le=\"1.0\"} 1 1.5\nh_bucket{le=\"2.5\"} 1 1.5\n"
            "h_bucket{le=\"+Inf\"} 2 1.5\nh_sum 0 1.5\nh_count 2 1.5\n# EOF\n");
}

}  // namespace
}  // namespace hostpulse
