#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>

#include <array>
#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/metrics/collectable_adapter.h"
#include "core/metrics/family_merge.h"
#include "core/metrics/merged_source.h"
#include "core/metrics/metric_batch.h"
#include "core/metrics/process_source.h"
#include "core/metrics/registry_source.h"
#include "core/metrics/text_encoder.h"

namespace hostpulse {
namespace {

// A source that a test fills.
class FilledSource final : public MetricSource {
 public:
  FilledSource() { batch_.Begin(); }
  MetricBatch& batch() { return batch_; }
  Status error;

  Status Gather(const GatherFilter& /*filter*/, FamilyVisitor visit) override {
    if (!error.ok()) return error;
    batch_.Finish();
    visit(batch_.families());
    return {};
  }

 private:
  MetricBatch batch_;
};

std::string Text(MetricSource& source) {
  std::string text;
  const Status status =
      source.Gather({}, [&](std::span<const FamilyView> families) { EncodeText(families, text); });
  return status.ok() ? text : status.message();
}

TEST(MergedSource, SortsFamiliesOfAllSources) {
  FilledSource first;
  FilledSource second;
  first.batch().Family("b", "", kGauge).Add(2);
  second.batch().Family("a", "", kGauge).Add(1);
  second.batch().Family("c", "", kGauge).Add(3);
  MergedSource merged{&first, &second};
  EXPECT_EQ(Text(merged), "# TYPE a gauge\na 1\n# TYPE b gauge\nb 2\n# TYPE c gauge\nc 3\n");
}

TEST(MergedSource, JoinsAFamilyOfTwoSourcesAndKeepsTheFirstOfARepeatedSeries) {
  FilledSource first;
  FilledSource second;
  first.batch().Family("m", "Ours.", kGauge).Add({{"cpu", "1"}}, 1);
  auto& other = second.batch().Family("m", "Theirs.", kGauge);
  other.Add({{"cpu", "0"}}, 0);
  other.Add({{"cpu", "1"}}, 9);
  MergedSource merged{&first, &second};
  EXPECT_EQ(Text(merged), "# HELP m Ours.\n# TYPE m gauge\nm{cpu=\"0\"} 0\nm{cpu=\"1\"} 1\n");
  EXPECT_EQ(merged.clashes(), 1u);
}

TEST(MergedSource, DropsAndCountsAFamilyOfAnotherType) {
  FilledSource first;
  FilledSource second;
  first.batch().Family("m", "", kGauge).Add(1);
  second.batch().Family("m", "", kCounter).Add({{"a", "b"}}, 2);
  MergedSource merged{&first, &second};
  EXPECT_EQ(Text(merged), "# TYPE m gauge\nm 1\n");
  EXPECT_EQ(merged.clashes(), 1u);
}

TEST(MergedSource, HandsOnTheErrorOfAnySource) {
  for (const int failing : {0, 1}) {
    FilledSource first;
    FilledSource second;
    (failing == 0 ? first : second).error = {ErrorCode::kInvalid, "missing collector: x"};
    MergedSource merged{&first, &second};
    EXPECT_EQ(Text(merged), "missing collector: x");
  }
}

// Whatever the sources have, the merged list is what a map would hold that takes the first of all.
TEST(FamilyMerger, ShowsWhatAMapWould) {
  using Key = std::pair<std::string, std::string>;  // Family and label.
  std::mt19937 random(13);
  FamilyMerger merger;
  std::array<MetricBatch, 3> batches;
  for (int round = 0; round < 2000; ++round) {
    std::map<Key, double> expected;
    std::map<std::string, prometheus::MetricType> types;
    std::size_t dropped = 0;
    merger.Begin();
    for (MetricBatch& batch : batches) {
      batch.Begin();
      for (unsigned adds = static_cast<unsigned>(random() % 20); adds > 0; --adds) {
        const std::string name(1, static_cast<char>('a' + random() % 8));
        const auto type = random() % 8 == 0 ? kUntyped : kGauge;
        batch.Family(name, "", type)
            .Add({{"l", std::to_string(random() % 9)}}, static_cast<double>(random() % 1000));
      }
      batch.Finish();
      merger.Add(batch.families());
      for (const FamilyView& family : batch.families()) {
        const auto type = types.emplace(family.name, family.type).first->second;
        for (const auto* metric : family.metrics) {
          const double value = type == kGauge ? metric->gauge.value : metric->untyped.value;
          const bool taken =
              type == family.type &&
              expected.emplace(Key(family.name, metric->label[0].value), value).second;
          if (!taken) ++dropped;
        }
      }
    }

    std::vector<std::pair<Key, double>> seen;
    for (const FamilyView& family : merger.Finish()) {
      EXPECT_EQ(family.type, types.at(std::string(family.name)));
      for (const auto* metric : family.metrics) {
        const double value = family.type == kGauge ? metric->gauge.value : metric->untyped.value;
        seen.emplace_back(Key(family.name, metric->label[0].value), value);
      }
    }
    const std::vector<std::pair<Key, double>> wanted(expected.begin(), expected.end());
    ASSERT_EQ(seen, wanted) << round;
    ASSERT_EQ(merger.duplicates() + merger.type_clashes(), dropped) << round;
  }
}

TEST(MergedSource, LetsGathersOfSeveralThreadsTakeTurns) {
  prometheus::Registry registry;
  auto& counter = prometheus::BuildCounter().Name("c_total").Register(registry).Add({});
  RegistrySource counters(registry);
  ProcessSource process;
  MergedSource merged{&counters, &process};
  std::atomic<int> complete = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        counter.Increment();
        if (Text(merged).starts_with("# TYPE c_total counter\nc_total ")) ++complete;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(complete, 200);
}

TEST(RegistrySource, ShowsHistogramsAndSummaries) {
  prometheus::Registry registry;
  auto& histogram = prometheus::BuildHistogram().Name("h").Register(registry).Add(
      {{"z", "1"}, {"a", "2"}}, prometheus::Histogram::BucketBoundaries{0.5, 1e6});
  prometheus::BuildSummary().Name("s").Register(registry).Add({}, prometheus::Summary::Quantiles{});
  RegistrySource source(registry);
  for (int round = 1; round <= 2; ++round) {
    histogram.Observe(0.25);
    const std::string n = std::to_string(round);
    EXPECT_EQ(Text(source), "# TYPE h histogram\nh_bucket{a=\"2\",z=\"1\",le=\"0.5\"} " + n +
                                "\nh_bucket{a=\"2\",z=\"1\",le=\"1e+06\"} " + n +
                                "\nh_bucket{a=\"2\",z=\"1\",le=\"+Inf\"} " + n +
                                "\nh_sum{a=\"2\",z=\"1\"} " + (round == 1 ? "0.25" : "0.5") +
                                "\nh_count{a=\"2\",z=\"1\"} " + n +
                                "\n# TYPE s summary\ns_sum 0\ns_count 0\n");
  }
}

TEST(RegistrySource, SortsLabelsOfWhateverIsCollected) {
  struct Unsorted final : prometheus::Collectable {
    std::vector<prometheus::MetricFamily> Collect() const override {
      prometheus::MetricFamily family;
      family.name = "m";
      family.type = kGauge;
      family.metric.resize(1);
      family.metric[0].label = {{"z", "1"}, {"a", "2"}};
      return {family};
    }
  };
  const Unsorted unsorted;
  RegistrySource source(unsorted);
  EXPECT_EQ(Text(source), "# TYPE m gauge\nm{a=\"2\",z=\"1\"} 0\n");
}

TEST(RegistrySource, ShowsWhatTheLibraryCounts) {
  prometheus::Registry registry;
  prometheus::BuildCounter()
      .Name("hostpulse_things_total")
      .Help("Things.")
      .Register(registry)
      .Add({{"kind", "b"}})
      .Increment(2);
  RegistrySource source(registry);
  EXPECT_EQ(Text(source),
            "# HELP hostpulse_things_total Things.\n# TYPE hostpulse_things_total counter\n"
            "hostpulse_things_total{kind=\"b\"} 2\n");
}

TEST(CollectableAdapter, CopiesFamiliesForTheLibrary) {
  FilledSource source;
  source.batch().Family("m", "Help.", kGauge).Add({{"a", "b"}}, 4);
  const CollectableAdapter adapter(source);
  const auto families = adapter.Collect();
  ASSERT_EQ(families.size(), 1u);
  EXPECT_EQ(families[0].name, "m");
  EXPECT_EQ(families[0].help, "Help.");
  ASSERT_EQ(families[0].metric.size(), 1u);
  EXPECT_EQ(families[0].metric[0].gauge.value, 4);
}

TEST(CollectableAdapter, IsEmptyWhereTheSourceFails) {
  FilledSource source;
  source.error = {ErrorCode::kIo, "broken"};
  EXPECT_TRUE(CollectableAdapter(source).Collect().empty());
}

}  // namespace
}  // namespace hostpulse
