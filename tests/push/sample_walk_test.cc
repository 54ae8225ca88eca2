#include "push/sample_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "core/metrics/metric_desc.h"

namespace hostpulse::push {
namespace {

using prometheus::ClientMetric;

std::vector<std::string> Walk(prometheus::MetricType type, const ClientMetric& metric) {
  const ClientMetric* const metrics[] = {&metric};
  const FamilyView family{"f", "help", type, metrics};
  std::vector<std::string> samples;
  std::string scratch;
  ForEachSample(family, scratch, [&](const SampleView& sample) {
    std::string text = std::string(sample.family) + std::string(sample.suffix) + "{";
    for (const auto& label : sample.labels) text += label.name + "=" + label.value + ",";
    text += std::string(sample.extra_name) + "=" + std::string(sample.extra_value) + "} ";
    samples.push_back(text + std::to_string(static_cast<int>(sample.value)));
  });
  return samples;
}

TEST(SampleWalk, OneSampleForANumber) {
  ClientMetric metric;
  metric.label = {{"cpu", "0"}};
  metric.counter.value = 1;
  metric.gauge.value = 2;
  metric.untyped.value = 3;
  EXPECT_THAT(Walk(kCounter, metric), testing::ElementsAre("f{cpu=0,=} 1"));
  EXPECT_THAT(Walk(kGauge, metric), testing::ElementsAre("f{cpu=0,=} 2"));
  EXPECT_THAT(Walk(kUntyped, metric), testing::ElementsAre("f{cpu=0,=} 3"));
}

TEST(SampleWalk, HistogramsGetTheirInfiniteBucket) {
  ClientMetric metric;
  metric.histogram.sample_count = 9;
  metric.histogram.sample_sum = 12;
  metric.histogram.bucket = {{4, 0.005}, {7, 10}};
  const std::vector<std::string> expected = {"f_bucket{le=0.005} 4", "f_bucket{le=10} 7",
                                             "f_bucket{le=+Inf} 9", "f_sum{=} 12", "f_count{=} 9"};
  EXPECT_EQ(Walk(kHistogram, metric), expected);
  metric.histogram.bucket.push_back({9, std::numeric_limits<double>::infinity()});
  EXPECT_EQ(Walk(kHistogram, metric), expected);
}

TEST(SampleWalk, SummariesGiveQuantilesSumAndCount) {
  ClientMetric metric;
  metric.summary.sample_count = 3;
  metric.summary.sample_sum = 6;
  metric.summary.quantile = {{0.5, 1}, {0.99, 2}};
  EXPECT_THAT(Walk(kSummary, metric),
              testing::ElementsAre("f{quantile=0.5} 1", "f{quantile=0.99} 2", "f_sum{=} 6",
                                   "f_count{=} 3"));
}

TEST(SampleWalk, UnitsAreTheLastWordOfTheName) {
  EXPECT_EQ(UnitOf("node_cpu_seconds_total"), "seconds");
  EXPECT_EQ(UnitOf("node_memory_MemFree_bytes"), "bytes");
  EXPECT_EQ(UnitOf("node_load1"), "");
  EXPECT_EQ(UnitOf("node_forks_total"), "");
  EXPECT_EQ(UnitOf("seconds"), "");
}

}  // namespace
}  // namespace hostpulse::push
