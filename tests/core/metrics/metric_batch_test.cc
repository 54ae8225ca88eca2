#include "core/metrics/metric_batch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/metrics/family_merge.h"
#include "core/metrics/text_encoder.h"
#include "tests/support/alloc_counter.h"

namespace hostpulse {
namespace {

constexpr MetricDesc kLoad{"node_load1", kGauge, "", "", "Load of the last minute."};
constexpr MetricDesc kBytes{"node_bytes_total", kCounter, "device", "bytes", "Bytes."};

std::string Text(const MetricBatch& batch) {
  std::string text;
  EncodeText(batch.families(), text);
  return text;
}

TEST(MetricBatch, SortsFamiliesByNameAndSamplesByLabels) {
  MetricBatch batch;
  batch.Begin();
  batch.Family(kLoad).Add(0.5);
  auto& bytes = batch.Family(kBytes);
  bytes.Add({{"device", "eth1"}}, 2);
  bytes.Add({{"device", "eth0"}}, 1);
  bytes.Add({{"device", "eth10"}}, 3);
  batch.Finish();
  EXPECT_EQ(Text(batch),
            "# HELP node_bytes_total Bytes.\n# TYPE node_bytes_total counter\n"
            "node_bytes_total{device=\"eth0\"} 1\nnode_bytes_total{device=\"eth1\"} 2\n"
            "node_bytes_total{device=\"eth10\"} 3\n"
            "# HELP node_load1 Load of the last minute.\n# TYPE node_load1 gauge\n"
            "node_load1 0.5\n");
}

TEST(MetricBatch, ForgetsWhatLeftAndKeepsWhatStays) {
  MetricBatch batch;
  for (const int devices : {3, 1, 2}) {
    batch.Begin();
    auto& bytes = batch.Family(kBytes);
    for (int i = 0; i < devices; ++i) bytes.Add({{"device", std::to_string(i)}}, i);
    batch.Finish();
    ASSERT_EQ(batch.families().size(), 1u);
    EXPECT_EQ(batch.families()[0].metrics.size(), static_cast<std::size_t>(devices));
  }
}

TEST(MetricBatch, LeavesOutFamiliesWithoutSamples) {
  MetricBatch batch;
  batch.Begin();
  batch.Family(kLoad);
  batch.Finish();
  EXPECT_TRUE(batch.families().empty());
}

TEST(MetricBatch, GivesTheSameFamilyForTheSameName) {
  MetricBatch batch;
  batch.Begin();
  batch.Family(kBytes).Add({{"device", "a"}}, 1);
  batch.Family(kLoad).Add(1);
  batch.Family(kBytes).Add({{"device", "b"}}, 2);
  batch.Finish();
  ASSERT_EQ(batch.families().size(), 2u);
  EXPECT_EQ(batch.families()[0].metrics.size(), 2u);
}

TEST(MetricBatch, TellsFamiliesApartWhateverTheirOrderInTheLastCycle) {
  MetricBatch batch;
  for (const std::string_view order : {"abc", "bb", "cab", "dcb", "badc"}) {
    batch.Begin();
    std::map<char, double> expected;
    for (const char name : order) {
      const double value = static_cast<double>(++expected[name]);
      batch.Family(std::string_view(&name, 1), "", kGauge)
          .Add({{"n", std::to_string(value)}}, value);
    }
    batch.Finish();
    ASSERT_EQ(batch.families().size(), expected.size()) << order;
    for (const FamilyView& family : batch.families()) {
      EXPECT_EQ(static_cast<double>(family.metrics.size()), expected[family.name[0]]) << order;
    }
  }
}

// Whatever a collector did in earlier cycles, the batch shows what a map filled in this one would.
TEST(MetricBatch, ShowsWhatAMapWould) {
  std::mt19937 random(7);
  const auto below = [&random](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  MetricBatch batch;
  for (int cycle = 0; cycle < 2000; ++cycle) {
    std::map<std::string, std::map<std::string, double>> expected;
    std::size_t duplicates = 0;
    batch.Begin();
    // Now and then the set of names is another one altogether.
    const std::string prefix = "name" + std::to_string(cycle / 100 % 3) + "_";
    for (unsigned adds = below(60); adds > 0; --adds) {
      const std::string name = prefix + std::to_string(below(12));
      const std::string label = below(2) == 0 ? std::to_string(below(30)) : "plain";
      const auto value = static_cast<double>(below(1000));
      batch.Family(name, "", kGauge).Add({{"label", label}}, value);
      if (!expected[name].emplace(label, value).second) ++duplicates;
    }
    const bool cleared = below(20) == 0;
    if (cleared) batch.Clear();
    batch.Finish();

    std::map<std::string, std::map<std::string, double>> seen;
    std::vector<std::string> names;
    for (const FamilyView& family : batch.families()) {
      names.emplace_back(family.name);
      std::vector<std::string> labels;
      for (const auto* metric : family.metrics) {
        labels.push_back(metric->label.at(0).value);
        seen[names.back()][labels.back()] = metric->gauge.value;
      }
      EXPECT_TRUE(std::is_sorted(labels.begin(), labels.end())) << cycle;
    }
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end())) << cycle;
    if (cleared) expected.clear();
    ASSERT_EQ(seen, expected) << cycle;
    ASSERT_EQ(batch.duplicates(), cleared ? 0 : duplicates) << cycle;
  }
}

TEST(MetricBatch, ShowsALabelThatChangedInPlace) {
  MetricBatch batch;
  for (const std::string_view second : {"b", "0", "b"}) {
    batch.Begin();
    auto& bytes = batch.Family(kBytes);
    bytes.Add({{"device", "a"}}, 1);
    bytes.Add({{"device", second}}, 2);
    batch.Finish();
    const auto& metrics = batch.families()[0].metrics;
    EXPECT_EQ(metrics[second == "b" ? 1 : 0]->label[0].value, second);
  }
}

TEST(MetricBatch, OrdersSamplesWithFewerLabelsFirst) {
  MetricBatch batch;
  batch.Begin();
  auto& family = batch.Family("m", "", kGauge);
  family.Add({{"a", "0"}, {"b", "0"}}, 3);
  family.Add({{"b", "1"}}, 2);
  family.Add({{"a", "1"}}, 1);
  family.Add(0);
  batch.Finish();
  EXPECT_EQ(Text(batch), "# TYPE m gauge\nm 0\nm{a=\"1\"} 1\nm{b=\"1\"} 2\nm{a=\"0\",b=\"0\"} 3\n");
}

TEST(MetricBatch, DropsAndCountsARepeatedLabelSet) {
  MetricBatch batch;
  batch.Begin();
  auto& bytes = batch.Family(kBytes);
  bytes.Add({{"device", "a"}}, 1);
  bytes.Add({{"device", "b"}}, 2);
  bytes.Add({{"device", "a"}}, 3);
  batch.Finish();
  EXPECT_EQ(batch.duplicates(), 1u);
  ASSERT_EQ(batch.families()[0].metrics.size(), 2u);
  EXPECT_EQ(batch.families()[0].metrics[0]->counter.value, 1);
}

TEST(MetricBatch, ShowsAnotherHelpTypeOrLabelOfTheSameSeries) {
  MetricBatch batch;
  const auto cycle = [&batch](std::string_view help, prometheus::MetricType type,
                              std::string_view device, double value) {
    batch.Begin();
    batch.Family("m", help, type).Add({{"device", device}}, value);
    batch.Finish();
    return Text(batch);
  };
  EXPECT_EQ(cycle("Old.", kGauge, "a", 1), "# HELP m Old.\n# TYPE m gauge\nm{device=\"a\"} 1\n");
  EXPECT_EQ(cycle("Old.", kGauge, "a", 2), "# HELP m Old.\n# TYPE m gauge\nm{device=\"a\"} 2\n");
  EXPECT_EQ(cycle("New.", kGauge, "a", 3), "# HELP m New.\n# TYPE m gauge\nm{device=\"a\"} 3\n");
  EXPECT_EQ(cycle("New.", kCounter, "a", 4),
            "# HELP m New.\n# TYPE m counter\nm{device=\"a\"} 4\n");
  EXPECT_EQ(cycle("New.", kCounter, "b", 5),
            "# HELP m New.\n# TYPE m counter\nm{device=\"b\"} 5\n");
}

TEST(MetricBatch, ShowsTheTimestampOfOneSample) {
  MetricBatch batch;
  batch.Begin();
  auto& family = batch.Family("m", "", kGauge);
  family.Add({{"a", "1"}}, 1);
  const LabelView label{"a", "2"};
  auto& late = family.AddMetric(std::span(&label, 1));
  late.gauge.value = 2;
  late.timestamp_ms = 1500;
  batch.Finish();
  EXPECT_EQ(Text(batch), "# TYPE m gauge\nm{a=\"1\"} 1\nm{a=\"2\"} 2 1500\n");
}

TEST(MetricBatch, ShowsAHistogramThatBecameAGauge) {
  MetricBatch batch;
  batch.Begin();
  auto& histogram = batch.Family("m", "", kHistogram).AddMetric({}).histogram;
  histogram.sample_count = 3;
  histogram.sample_sum = 4;
  histogram.bucket.clear();
  batch.Finish();
  EXPECT_EQ(Text(batch), "# TYPE m histogram\nm_bucket{le=\"+Inf\"} 3\nm_sum 4\nm_count 3\n");
  batch.Begin();
  batch.Family("m", "", kGauge).Add(1);
  batch.Finish();
  EXPECT_EQ(Text(batch), "# TYPE m gauge\nm 1\n");
}

TEST(MetricBatch, ForgetsTheTimestampOfTheLastCycle) {
  MetricBatch batch;
  batch.Begin();
  batch.Family(kLoad).AddMetric({}).timestamp_ms = 5;
  batch.Finish();
  batch.Begin();
  batch.Family(kLoad).Add(1);
  batch.Finish();
  EXPECT_EQ(batch.families()[0].metrics[0]->timestamp_ms, 0);
}

TEST(MetricBatch, ShowsStorageThatMovedInAClearedCycle) {
  MetricBatch batch;
  for (int cycle = 0; cycle < 3; ++cycle) {
    batch.Begin();
    auto& load = batch.Family(kLoad);
    load.Add(cycle);
    if (cycle == 1) {
      for (int i = 0; i < 9; ++i) load.Add(i);
      batch.Clear();
    }
    batch.Finish();
  }
  EXPECT_EQ(batch.families()[0].metrics[0]->gauge.value, 2);
}

TEST(MetricBatch, ClearLeavesNothing) {
  MetricBatch batch;
  batch.Begin();
  batch.Family(kLoad).Add(1);
  batch.Clear();
  batch.Finish();
  EXPECT_TRUE(batch.families().empty());
}

// Names and values that no short string holds, of lengths that differ.
void Fill(MetricBatch& batch, std::size_t devices, std::size_t first = 0) {
  static const auto kLong = [](std::size_t from) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < 201; ++i) {
      texts.push_back(std::string(from + i * 37 % 101, 'n') + std::to_string(i));
    }
    return texts;
  };
  static const std::vector<std::string> kNames = kLong(20);
  static const std::vector<std::string> kValues = kLong(100);
  static const std::array<std::string, 8> kDevices = {"a", "b", "c", "d", "e", "f", "g", "h"};
  batch.Begin();
  for (std::size_t i = first; i < kNames.size(); ++i) {
    auto& samples =
        batch.Family(kNames[i], "What a family says of itself, at some length.", kGauge);
    for (std::size_t device = devices; device > 0; --device) {
      samples.Add({{"device", kDevices[device - 1]}, {"mode", kValues[i]}},
                  static_cast<double>(device) / 3);
    }
  }
  batch.Finish();
}

TEST(MetricBatch, LeavesTheOthersTheirStorageWhenAFamilyComes) {
  if (!test::CountsAllocations()) GTEST_SKIP() << "sanitizers bring their own operator new";
  MetricBatch batch;
  Fill(batch, 8, 1);
  const auto before = test::AllocationsOfThisThread();
  Fill(batch, 8);
  // The family itself, its eight metrics with labels, and the lists of the batch that grow.
  EXPECT_LT(test::AllocationsOfThisThread() - before, 60u);
}

TEST(MetricBatch, AllocatesNothingOnceWarm) {
  if (!test::CountsAllocations()) GTEST_SKIP() << "sanitizers bring their own operator new";
  MetricBatch batch;
  FamilyMerger merger;
  std::string text;
  const auto cycle = [&](std::size_t devices) {
    Fill(batch, devices);
    merger.Begin();
    merger.Add(batch.families());
    text.clear();
    EncodeText(merger.Finish(), text);
  };
  for (const std::size_t devices : std::array<std::size_t, 3>{8, 5, 8}) cycle(devices);
  const auto before = test::AllocationsOfThisThread();
  for (const std::size_t devices : std::array<std::size_t, 4>{8, 5, 6, 8}) cycle(devices);
  EXPECT_EQ(test::AllocationsOfThisThread() - before, 0u);
}

}  // namespace
}  // namespace hostpulse
