#include "core/metrics/openmetrics_encoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

#include "core/metrics/metric_batch.h"
#include "tests/core/metrics/odd_families.h"
#include "tests/core/metrics/openmetrics_checker.h"

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

TEST(OpenMetricsEncoder, CallsACounterUnknownWhoseShortNameIsTaken) {
  struct Case {
    MetricDesc other;
    std::string_view counter;
  };
  for (const Case& each : {
           Case{{"foo", kGauge, "", "", ""}, "foo_total"},
           Case{{"foo_created", kGauge, "", "", ""}, "foo_total"},
           Case{{"foo_total", kCounter, "", "", ""}, "foo_created_total"},
           Case{{"foo", kHistogram, "", "", ""}, "foo_bucket_total"},
           Case{{"foo", kSummary, "", "", ""}, "foo_count_total"},
       }) {
    MetricBatch batch;
    batch.Begin();
    batch.Family(each.other).AddMetric({});
    batch.Family(each.counter, "", kCounter).Add(1);
    const std::string text = Encode(batch);
    EXPECT_NE(text.find("# TYPE " + std::string(each.counter) + " unknown\n"), text.npos) << text;
    EXPECT_EQ(test::OpenMetricsFault(text), "") << text;
  }
}

TEST(OpenMetricsEncoder, CallsACounterUnknownWhoseValueCannotBeOne) {
  for (const double value : {-1.0, std::nan("")}) {
    MetricBatch batch;
    batch.Begin();
    batch.Family("foo_total", "", kCounter).Add(value);
    EXPECT_EQ(Encode(batch).find("# TYPE foo_total unknown\n"), 0u);
  }
}

TEST(OpenMetricsEncoder, IsSoundWhateverTheFamilies) {
  std::mt19937_64 random(11);
  MetricBatch batch;
  std::size_t counters = 0;
  for (int round = 0; round < 2000; ++round) {
    test::FillOddFamilies(random, batch);
    std::string text;
    EncodeOpenMetrics(batch.families(), text);
    ASSERT_EQ(test::OpenMetricsFault(text), "") << text;
    if (text.find(" counter\n") != text.npos) ++counters;
  }
  EXPECT_GT(counters, 1000u);
}

// The checker itself sees what is wrong.
TEST(OpenMetricsChecker, FindsFaults) {
  for (const std::string_view faulty : {
           "a 1\n# EOF\n",                                                     // No family.
           "# TYPE a gauge\na 1\n",                                            // No end.
           "# TYPE a gauge\na 1\n# EOF\nb",                                    // Behind the end.
           "# TYPE a counter\na 1\n# EOF\n",                                   // No _total.
           "# TYPE a counter\na_total -1\n# EOF\n",                            // Negative.
           "# TYPE a gauge\na 1\na 2\n# EOF\n",                                // Series twice.
           "# TYPE a gauge\n# TYPE a_total gauge\n# TYPE a counter\n# EOF\n",  // Family twice.
           "# TYPE a counter\n# TYPE a_total gauge\n# EOF\n",                  // Clash.
           "# TYPE a histogram\na_bucket{le=\"1\"} 1\n# EOF\n",                // Not a float.
           "# TYPE a gauge\na{b=\"\\t\"} 1\n# EOF\n",                          // Escape.
           "# TYPE a gauge\na{b=\"c} 1\n# EOF\n",                              // Quote.
           "# TYPE a gauge\na{b=\"\xFF\"} 1\n# EOF\n",                         // UTF-8.
           "# TYPE a gauge\na x\n# EOF\n",                                     // Value.
           "# TYPE a gauge\na 1 x\n# EOF\n",                                   // Timestamp.
           "# TYPE a gauge\n# HELP a \"quotes\"\n# EOF\n",                     // Quotes.
           "# TYPE a gauge\na 1\n# HELP a Late.\n# EOF\n",                     // Late.
       }) {
    EXPECT_NE(test::OpenMetricsFault(faulty), "") << faulty;
  }
  EXPECT_EQ(test::OpenMetricsFault("# TYPE a gauge\na{b=\"{} \\\"\"} 1 1.5\n# EOF\n"), "");
}

TEST(OpenMetricsEncoder, WritesBoundsAsFloatsAndTimestampsInSeconds) {
  MetricBatch batch;
  batch.Begin();
  auto& metric = batch.Family("h", "", kHistogram).AddMetric({});
  metric.histogram.sample_count = 2;
  metric.histogram.bucket = {{1, 1}, {1, 2.5}, {1, 1e6}};
  metric.timestamp_ms = 1500;
  EXPECT_EQ(Encode(batch),
            "# TYPE h histogram\nh_bucket{le=\"1.0\"} 1 1.5\nh_bucket{le=\"2.5\"} 1 1.5\n"
            "h_bucket{le=\"1e+06\"} 1 1.5\n"
            "h_bucket{le=\"+Inf\"} 2 1.5\nh_sum 0 1.5\nh_count 2 1.5\n# EOF\n");
}

}  // namespace
}  // namespace hostpulse
