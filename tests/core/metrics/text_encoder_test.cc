#include "core/metrics/text_encoder.h"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/metrics/metric_batch.h"
#include "core/metrics/text_writer.h"

namespace hostpulse {
namespace {

std::string Number(double value) {
  std::string text;
  TextWriter(text).AppendNumber(value);
  return text;
}

TEST(TextWriterNumber, WritesIntegersPlainAndOthersShortest) {
  EXPECT_EQ(Number(0), "0");
  EXPECT_EQ(Number(-0.0), "-0");
  EXPECT_EQ(Number(1), "1");
  EXPECT_EQ(Number(-3), "-3");
  EXPECT_EQ(Number(1e6), "1000000");
  EXPECT_EQ(Number(9007199254740991.0), "9007199254740991");
  EXPECT_EQ(Number(0.1), "0.1");
  EXPECT_EQ(Number(1e300), "1e+300");
  EXPECT_EQ(Number(std::nan("")), "NaN");
  EXPECT_EQ(Number(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(Number(-std::numeric_limits<double>::infinity()), "-Inf");
}

TEST(TextWriterNumber, ReadsBackAsTheSameBits) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (std::isnan(value)) continue;
    const std::string text = Number(value);
    const double back = text.ends_with("Inf") ? std::copysign(HUGE_VAL, text[0] == '-' ? -1 : 1)
                                              : std::strtod(text.c_str(), nullptr);
    ASSERT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(value)) << text;
  }
}

std::string Encode(MetricBatch& batch) {
  batch.Finish();
  std::string text;
  EncodeText(batch.families(), text);
  return text;
}

TEST(TextEncoder, EscapesHelpAndLabels) {
  MetricBatch batch;
  batch.Begin();
  batch.Family("m", "a \\ and a\nnewline, \"quotes\" stay", kGauge).Add({{"l", "q\" b\\ n\n."}}, 1);
  EXPECT_EQ(Encode(batch),
            "# HELP m a \\\\ and a\\nnewline, \"quotes\" stay\n# TYPE m gauge\n"
            "m{l=\"q\\\" b\\\\ n\\n.\"} 1\n");
}

TEST(TextEncoder, LeavesOutAnEmptyHelp) {
  MetricBatch batch;
  batch.Begin();
  batch.Family("m", "", kUntyped).Add(1);
  EXPECT_EQ(Encode(batch), "# TYPE m untyped\nm 1\n");
}

TEST(TextEncoder, WritesHistogramsWithTheirLastBucketAndSummaries) {
  MetricBatch batch;
  batch.Begin();
  auto& histogram = batch.Family("h", "", kHistogram).AddMetric({}).histogram;
  histogram.sample_count = 3;
  histogram.sample_sum = 4.5;
  histogram.bucket = {{1, 0.5}, {2, 1}};
  auto& summary = batch.Family("s", "", kSummary).AddMetric({}).summary;
  summary.sample_count = 2;
  summary.sample_sum = 3;
  summary.quantile = {{0.5, 1.25}};
  EXPECT_EQ(Encode(batch),
            "# TYPE h histogram\nh_bucket{le=\"0.5\"} 1\nh_bucket{le=\"1\"} 2\n"
            "h_bucket{le=\"+Inf\"} 3\nh_sum 4.5\nh_count 3\n"
            "# TYPE s summary\ns{quantile=\"0.5\"} 1.25\ns_sum 3\ns_count 2\n");
}

TEST(TextEncoder, WritesTimestamps) {
  MetricBatch batch;
  batch.Begin();
  auto& metric = batch.Family("m", "", kGauge).AddMetric({});
  metric.gauge.value = 1;
  metric.timestamp_ms = 1395066363000;
  EXPECT_EQ(Encode(batch), "# TYPE m gauge\nm 1 1395066363000\n");
}

// prometheus-cpp's own serializer says the same of the same families.
TEST(TextEncoder, AgreesWithTheLibrarysSerializer) {
  MetricBatch batch;
  batch.Begin();
  auto& gauge = batch.Family("g", "Help.", kGauge);
  gauge.Add({{"a", "x"}, {"b", "y\"\n\\"}}, 0.25);
  gauge.Add({{"a", "z"}, {"b", ""}}, -12);
  batch.Family("c_total", "Help.", kCounter).Add(1234567);
  auto& histogram = batch.Family("h", "Help.", kHistogram).AddMetric({}).histogram;
  histogram.sample_count = 3;
  histogram.sample_sum = 4.5;
  histogram.bucket = {{1, 0.5}, {3, std::numeric_limits<double>::infinity()}};
  const std::string ours = Encode(batch);

  std::vector<prometheus::MetricFamily> families;
  for (const FamilyView& view : batch.families()) {
    auto& family = families.emplace_back();
    family.name = view.name;
    family.help = view.help;
    family.type = view.type;
    for (const auto* metric : view.metrics) family.metric.push_back(*metric);
  }
  std::string theirs = prometheus::TextSerializer().Serialize(families);
  // It writes _count and _sum in front of the buckets: compare as sets of lines.
  const auto lines = [](const std::string& text) {
    std::istringstream in(text);
    std::multiset<std::string> out;
    for (std::string line; std::getline(in, line);) out.insert(line);
    return out;
  };
  EXPECT_EQ(lines(ours), lines(theirs));
}

}  // namespace
}  // namespace hostpulse
