#include "core/metrics/text_encoder.h"

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
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
#include "tests/core/metrics/odd_families.h"

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
  EXPECT_EQ(Number(-0.5), "-0.5");
  EXPECT_EQ(Number(0.001), "0.001");
  EXPECT_EQ(Number(0.0004), "4e-04");
  EXPECT_EQ(Number(123456789.03), "123456789.03");
  EXPECT_EQ(Number(999999999999.999), "999999999999.999");
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

// What has a short way of its own is written as the library's long one would.
TEST(TextWriterNumber, WritesThousandthsAsTheShortestDecimal) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 200000; ++i) {
    const auto whole = static_cast<std::int64_t>(random() >> (2 + random() % 60));
    const double value = static_cast<double>(i % 2 == 0 ? whole : -whole) / 1000;
    if (value == std::floor(value)) continue;
    std::array<char, 40> shortest{};
    const auto end = std::to_chars(shortest.data(), shortest.data() + shortest.size(), value).ptr;
    ASSERT_EQ(Number(value), std::string_view(shortest.data(), end));
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

TEST(TextEncoder, HasRoomForLabelsThatAreAllEscapes) {
  MetricBatch batch;
  batch.Begin();
  auto& family = batch.Family("m", std::string(5000, '\n'), kGauge);
  const std::string quotes(1020, '"');
  for (int i = 0; i < 64; ++i) family.Add({{"a", quotes}, {"b", std::to_string(i)}}, 1);
  std::string escaped;
  for (int i = 0; i < 1020; ++i) escaped += "\\\"";
  const std::string text = Encode(batch);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2 + 64);
  std::size_t seen = 0;
  for (std::size_t at = 0; (at = text.find("a=\"" + escaped + "\",", at)) != text.npos; ++at)
    ++seen;
  EXPECT_EQ(seen, 64u);
}

TEST(TextEncoder, KeepsAStringThatHasRoom) {
  MetricBatch batch;
  batch.Begin();
  auto& family = batch.Family("m", "Help.", kGauge);
  for (int i = 0; i < 2500; ++i) family.Add({{"i", std::to_string(i)}}, i);
  const std::string expected = Encode(batch);
  std::string text(100, 'x');
  text.reserve(expected.size() + 1024);
  const std::size_t capacity = text.capacity();
  EncodeText(batch.families(), text);
  EXPECT_EQ(text, expected);
  EncodeText({}, text);
  EXPECT_EQ(text, "");
  EXPECT_EQ(text.capacity(), capacity);
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

// A bound is part of a series' identity, so it must read as other exporters have it: Go's %g.
TEST(TextEncoder, WritesBoundsAsGoDoes) {
  MetricBatch batch;
  batch.Begin();
  auto& histogram = batch.Family("h", "", kHistogram).AddMetric({}).histogram;
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double bound :
       {-2e6, 0.0, 1e-5, 1e-4, 0.25, 1.0, 123456.0, 999999.5, 1e6, 1234567.0, 2.5e21, infinity}) {
    histogram.bucket.push_back({0, bound});
  }
  std::string bounds;
  const std::string text = Encode(batch);
  for (std::size_t at = 0; (at = text.find("le=\"", at)) != text.npos;) {
    at += 4;
    bounds += text.substr(at, text.find('"', at) - at) + ' ';
  }
  EXPECT_EQ(bounds,
            "-2e+06 0 1e-05 0.0001 0.25 1 123456 999999.5 1e+06 1.234567e+06 2.5e+21 +Inf ");
}

TEST(TextEncoder, WritesTimestamps) {
  MetricBatch batch;
  batch.Begin();
  auto& metric = batch.Family("m", "", kGauge).AddMetric({});
  metric.gauge.value = 1;
  metric.timestamp_ms = 1395066363000;
  EXPECT_EQ(Encode(batch), "# TYPE m gauge\nm 1 1395066363000\n");
}

// The families as the library wants them. Its serializer leaves newlines and backslashes in HELP as
// they are, which ends the line early: no help here has any.
std::vector<prometheus::MetricFamily> Copy(std::span<const FamilyView> views) {
  std::vector<prometheus::MetricFamily> families;
  for (const FamilyView& view : views) {
    auto& family = families.emplace_back();
    family.name = view.name;
    family.help = view.help.empty() ? "" : "Help.";
    family.type = view.type;
    for (const auto* metric : view.metrics) family.metric.push_back(*metric);
  }
  return families;
}

struct Line {
  std::string series;
  double value = 0;
  std::string timestamp;

  // The library writes 16 digits, of which the last is off for some doubles.
  bool operator==(const Line& other) const {
    const bool same = value == other.value || (std::isnan(value) && std::isnan(other.value)) ||
                      std::abs(value / other.value - 1) < 1e-14;
    return series == other.series && timestamp == other.timestamp && same;
  }
  friend void PrintTo(const Line& line, std::ostream* out) {
    *out << line.series << " = " << line.value << " @" << line.timestamp;
  }
};

// A sample line taken apart behind its labels; the bound of a bucket as a number.
Line ParseSample(const std::string& line) {
  const std::size_t brace = line.rfind("\"} ");
  const std::size_t end = brace == line.npos ? line.find(' ') : brace + 2;
  Line parsed{line.substr(0, end), 0, ""};
  char* rest = nullptr;
  parsed.value = std::strtod(line.c_str() + end, &rest);
  parsed.timestamp = rest;
  // The label is the last one and its value has no quote.
  const std::size_t bound =
      std::max(parsed.series.rfind("le=\"") + 1, parsed.series.rfind("quantile=\"") + 1);
  if (bound > 0 && parsed.series.find('"', parsed.series.find('"', bound) + 1) + 2 == end) {
    const std::size_t from = parsed.series.find('"', bound) + 1;
    const double value = std::strtod(parsed.series.c_str() + from, nullptr);
    parsed.series.replace(from, end - 2 - from, std::to_string(value));
  }
  return parsed;
}

struct Exposition {
  std::set<std::string> heads;
  std::vector<Line> samples;
};

Exposition Parse(const std::string& text) {
  Exposition parsed;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("# HELP ") && line[0] == '#') parsed.heads.insert(line);
    if (line[0] != '#') parsed.samples.push_back(ParseSample(line));
  }
  // The library writes _count and _sum in front of the buckets.
  std::stable_sort(parsed.samples.begin(), parsed.samples.end(),
                   [](const Line& a, const Line& b) { return a.series < b.series; });
  return parsed;
}

// prometheus-cpp's own serializer says the same of the same families.
TEST(TextEncoder, AgreesWithTheLibrarysSerializer) {
  std::mt19937_64 random(5);
  MetricBatch batch;
  for (int round = 0; round < 1000; ++round) {
    test::FillOddFamilies(random, batch);
    std::string text;
    EncodeText(batch.families(), text);
    const Exposition ours = Parse(text);
    const Exposition theirs = Parse(prometheus::TextSerializer().Serialize(Copy(batch.families())));
    ASSERT_EQ(ours.heads, theirs.heads);
    ASSERT_EQ(ours.samples, theirs.samples);
  }
}

}  // namespace
}  // namespace hostpulse
