#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <string>
#include <vector>

#include "core/metrics/collectable_adapter.h"
#include "core/metrics/merged_source.h"
#include "core/metrics/process_source.h"
#include "core/metrics/registry_source.h"
#include "core/metrics/text_encoder.h"
#include "tests/support/alloc_counter.h"

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

TEST(ProcessSource, ShowsEveryFamilyOfThisProcess) {
  ProcessSource source;
  std::vector<std::string> names;
  ASSERT_TRUE(source
                  .Gather({},
                          [&](std::span<const FamilyView> families) {
                            for (const FamilyView& family : families)
                              names.emplace_back(family.name);
                          })
                  .ok());
  std::vector<std::string> described;
  for (const MetricDesc& desc : ProcessSource::Descs()) described.emplace_back(desc.name);
  EXPECT_EQ(names, described);
}

TEST(ProcessSource, AllocatesNothingOnceWarm) {
  if (!test::CountsAllocations()) GTEST_SKIP() << "sanitizers bring their own operator new";
  ProcessSource source;
  const auto gather = [&] { return source.Gather({}, [](std::span<const FamilyView>) {}); };
  ASSERT_TRUE(gather().ok());
  const auto before = test::AllocationsOfThisThread();
  ASSERT_TRUE(gather().ok());
  EXPECT_EQ(test::AllocationsOfThisThread() - before, 0u);
}

TEST(StatFields, StandBehindTheLastParenthesis) {
  EXPECT_EQ(StatFieldsAfterName("7 (a) b) S 1 2"), "S 1 2");
  EXPECT_EQ(StatFieldsAfterName("7 (cut)"), "");
  EXPECT_EQ(StatFieldsAfterName(""), "");
}

TEST(NetstatValueOf, FindsTheColumnOfItsSection) {
  constexpr std::string_view kText =
      "TcpExt: InOctets Other\nTcpExt: 1 2\nIpExt: InNoRoutes InOctets\nIpExt: 3 44\n";
  EXPECT_EQ(NetstatValue(kText, "IpExt:", "InOctets"), "44");
  EXPECT_EQ(NetstatValue(kText, "IpExt:", "OutOctets"), "");
  EXPECT_EQ(NetstatValue("IpExt: InOctets", "IpExt:", "InOctets"), "");
}

}  // namespace
}  // namespace hostpulse
