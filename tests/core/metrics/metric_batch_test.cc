#include "core/metrics/metric_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string>

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

TEST(MetricBatch, ClearLeavesNothing) {
  MetricBatch batch;
  batch.Begin();
  batch.Family(kLoad).Add(1);
  batch.Clear();
  batch.Finish();
  EXPECT_TRUE(batch.families().empty());
}

struct Bytes {
  std::string_view in;
  std::string_view out;
};

class LabelBytes : public testing::TestWithParam<Bytes> {};

TEST_P(LabelBytes, AreStoredAsUtf8) {
  MetricBatch batch;
  for (int cycle = 0; cycle < 2; ++cycle) {
    batch.Begin();
    batch.Family(kBytes).Add({{"device", GetParam().in}}, 1);
    batch.Finish();
    EXPECT_EQ(batch.families()[0].metrics[0]->label[0].value, GetParam().out);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Hostile, LabelBytes,
    testing::Values(Bytes{"", ""}, Bytes{"eth0", "eth0"},
                    Bytes{"gr\xC3\xBC\xC3\x9F", "gr\xC3\xBC\xC3\x9F"},
                    Bytes{"bad\xE9\xFF", "bad\xEF\xBF\xBD\xEF\xBF\xBD"},
                    Bytes{"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // A surrogate.
                    Bytes{"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},                  // Overlong.
                    Bytes{"cut\xE2\x82", "cut\xEF\xBF\xBD\xEF\xBF\xBD"}));

TEST(MetricBatch, CutsLongLabelsOnACharacterBorder) {
  MetricBatch batch;
  batch.Begin();
  batch.Family(kBytes).Add({{"device", std::string(1023, 'x') + "\xC3\xBC"}}, 1);
  batch.Finish();
  EXPECT_EQ(batch.families()[0].metrics[0]->label[0].value, std::string(1023, 'x'));
}

void Fill(MetricBatch& batch, std::size_t devices) {
  static const std::array<std::string, 8> kDevices = {"a", "b", "c", "d", "e", "f", "g", "h"};
  static const std::string kLongName(60, 'n');
  batch.Begin();
  for (int family = 0; family < 200; ++family) {
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), family).ptr;
    std::array<char, 80> name{};
    std::copy(kLongName.begin(), kLongName.end(), name.begin());
    std::copy(digits.data(), end, name.begin() + 60);
    const std::string_view view(name.data(), 60 + static_cast<std::size_t>(end - digits.data()));
    auto& samples = batch.Family(view, "What a family says of itself, at some length.", kGauge);
    for (std::size_t i = devices; i > 0; --i) {
      samples.Add({{"device", kDevices[i - 1]}, {"mode", "a value of more than fifteen bytes"}},
                  static_cast<double>(i) / 3);
    }
  }
  batch.Finish();
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
  for (const std::size_t devices : {8, 5, 8}) cycle(devices);
  const auto before = test::AllocationsOfThisThread();
  for (const std::size_t devices : {8, 5, 6, 8}) cycle(devices);
  EXPECT_EQ(test::AllocationsOfThisThread() - before, 0u);
}

}  // namespace
}  // namespace hostpulse
