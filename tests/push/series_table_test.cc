#include "push/series_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace hostpulse::push {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SeriesTableTest : public testing::Test {
 protected:
  void Update(std::string_view name, double value,
              std::vector<prometheus::ClientMetric::Label> labels = {}) {
    const FamilyView family{name, "Help.", prometheus::MetricType::Gauge, {}};
    SampleView sample;
    sample.family = name;
    sample.labels = labels;
    sample.value = value;
    table_.Update(family, sample);
  }
  // A cycle with these series, each of the value 1.
  Collection Cycle(std::initializer_list<std::string_view> names, bool patient = false) {
    table_.Begin(++now_);
    for (const std::string_view name : names) Update(name, 1);
    table_.Finish(patient);
    return table_.collection();
  }
  static std::vector<SeriesId> Ids(const Collection& collection) {
    std::vector<SeriesId> ids;
    for (const SeriesValue& value : collection.values) ids.push_back(value.id);
    return ids;
  }

  SeriesTable table_{LabelSet{{"dc", "ams"}, {"instance", "i"}, {"job", "node"}}};
  std::int64_t now_ = 1000;
};

TEST_F(SeriesTableTest, IdsStayWhileASeriesLives) {
  EXPECT_THAT(Ids(Cycle({"b", "c"})), ElementsAre(1, 2));
  const Collection second = Cycle({"a", "b", "c"});
  EXPECT_THAT(Ids(second), ElementsAre(1, 2, 3));
  EXPECT_EQ(second.added.size(), 1);
  EXPECT_EQ(LabelValue(second.added[0]->labels, kNameLabel), "a");
  EXPECT_EQ(second.added[0]->start_ms, 1001) << "it was not there then";
}

TEST_F(SeriesTableTest, SeriesOfTheFirstCycleCountSinceTheBootOrTheStart) {
  table_ = SeriesTable({}, {.boot_ms = 5, .process_ms = 900});
  const Collection first = Cycle({"node_x", "hostpulse_y", "process_z"});
  ASSERT_EQ(first.added.size(), 3);
  EXPECT_EQ(first.added[0]->start_ms, 5);
  EXPECT_EQ(first.added[1]->start_ms, 900);
  EXPECT_EQ(first.added[2]->start_ms, 900);
}

class ResumedSeriesTableTest : public SeriesTableTest {
 protected:
  // What lives after a cycle of these names.
  std::vector<SeriesPtr> Living(std::initializer_list<std::string_view> names) {
    table_ = SeriesTable({}, {.boot_ms = kBootMs, .process_ms = kBootMs + 1'000'000});
    const Collection cycle = Cycle(names);
    return {cycle.added.begin(), cycle.added.end()};
  }
  void Resume(std::vector<SeriesPtr> living, StartTimes starts) {
    table_ = SeriesTable({}, starts);
    table_.Resume(std::move(living), 10);
  }
  static constexpr std::int64_t kBootMs = 1'000'000'000;
};

TEST_F(ResumedSeriesTableTest, WhatComesBackKeepsItsIdAndIsNotNew) {
  Resume(Living({"a", "b", "c"}), {.boot_ms = kBootMs + 3, .process_ms = 1});
  const Collection first = Cycle({"n", "c", "a"});
  EXPECT_THAT(Ids(first), ElementsAre(1, 3, 10));
  ASSERT_EQ(first.added.size(), 1);
  EXPECT_EQ(LabelValue(first.added[0]->labels, kNameLabel), "n");
  EXPECT_THAT(first.gone, ElementsAre(2));
  EXPECT_THAT(Cycle({"n", "c", "a"}).gone, IsEmpty());
  EXPECT_THAT(Ids(Cycle({"n", "c", "a", "o"})), ElementsAre(1, 3, 10, 11));
}

TEST_F(ResumedSeriesTableTest, AnotherBootOrProcessIsAnotherStart) {
  Resume(Living({"a", "process_b"}),
         {.boot_ms = kBootMs + 60'000, .process_ms = kBootMs + 2'000'000});
  const Collection first = Cycle({"a", "process_b"});
  EXPECT_THAT(Ids(first), ElementsAre(1, 2));
  ASSERT_EQ(first.added.size(), 2);
  EXPECT_EQ(first.added[0]->start_ms, kBootMs + 60'000);
  EXPECT_EQ(first.added[1]->start_ms, kBootMs + 2'000'000);
}

TEST_F(ResumedSeriesTableTest, WhereACollectorFailsNothingIsGoneYet) {
  Resume(Living({"a", "b"}), {.boot_ms = kBootMs, .process_ms = 1});
  EXPECT_THAT(Cycle({"a"}, true).gone, IsEmpty());
  EXPECT_THAT(Cycle({"a"}, true).gone, ElementsAre(2));
}

TEST_F(ResumedSeriesTableTest, GoneOnesOfBothKindsAreInOrder) {
  Resume(Living({"a", "b", "c"}), {.boot_ms = kBootMs, .process_ms = 1});
  EXPECT_THAT(Cycle({"c", "a"}, true).gone, IsEmpty());
  EXPECT_THAT(Cycle({}).gone, ElementsAre(1, 2, 3));
}

TEST_F(SeriesTableTest, ASeriesThatLeftIsGoneOnceAndNewWhenItComesBack) {
  Cycle({"a", "b"});
  EXPECT_THAT(Cycle({"a"}).gone, ElementsAre(2));
  EXPECT_THAT(Cycle({"a"}).gone, IsEmpty());
  const Collection back = Cycle({"a", "b"});
  EXPECT_THAT(Ids(back), ElementsAre(1, 3));
  EXPECT_EQ(back.added.size(), 1);
}

TEST_F(SeriesTableTest, PatienceLastsForOneCycle) {
  Cycle({"a", "b"});
  EXPECT_THAT(Cycle({"a"}, true).gone, IsEmpty());
  EXPECT_THAT(Cycle({"a"}, true).gone, ElementsAre(2));
}

TEST_F(SeriesTableTest, PatienceKeepsASeriesThatComesBack) {
  Cycle({"a", "b"});
  Cycle({"a"}, true);
  const Collection back = Cycle({"a", "b"});
  EXPECT_THAT(back.gone, IsEmpty());
  EXPECT_THAT(back.added, IsEmpty());
}

TEST_F(SeriesTableTest, LabelsAreSortedAndOwnOnesWin) {
  table_.Begin(1);
  Update("m", 1, {{"empty", ""}, {"job", "own"}, {"zone", "z"}});
  table_.Finish(false);
  const LabelSet expected = {
      {"__name__", "m"}, {"dc", "ams"}, {"instance", "i"}, {"job", "own"}, {"zone", "z"}};
  EXPECT_EQ(table_.collection().added[0]->labels, expected);
}

TEST_F(SeriesTableTest, TwoWaysToTheSameLabelsGiveOneSeries) {
  const auto cycle = [&](bool both) {
    table_.Begin(++now_);
    if (both) Update("m", 1);
    Update("m", 2, {{"job", "node"}});
    table_.Finish(false);
    return table_.collection().values.size();
  };
  EXPECT_EQ(cycle(true), 1);
  EXPECT_EQ(cycle(true), 1);
  cycle(false);
  EXPECT_EQ(cycle(false), 1) << "the other one takes its place when the first has left";
}

// Whatever comes and goes in whatever order, a name keeps its id while it is there, and no id is
// given twice.
TEST_F(SeriesTableTest, AgreesWithAPlainMap) {
  std::mt19937 random(17);
  std::map<std::string, SeriesId> alive;
  SeriesId newest = 0;
  for (int cycle = 0; cycle < 300; ++cycle) {
    std::vector<std::string> names;
    for (int i = 0; i < 30; ++i) {
      if (random() % 10 > 0) names.push_back("m" + std::to_string(i));
    }
    if (cycle % 3 == 0) std::shuffle(names.begin(), names.end(), random);
    table_.Begin(++now_);
    for (const std::string& name : names) Update(name, cycle);
    table_.Finish(false);

    const Collection collection = table_.collection();
    std::map<std::string, SeriesId> next;
    for (const SeriesPtr& series : collection.added) {
      EXPECT_GT(series->id, newest);
      newest = series->id;
      next[series->labels[0].value] = series->id;
    }
    std::vector<SeriesId> gone;
    for (const auto& [name, id] : alive) {
      const bool stays = std::find(names.begin(), names.end(), name) != names.end();
      if (stays) next[name] = id;
      if (!stays) gone.push_back(id);
    }
    EXPECT_THAT(collection.gone, testing::UnorderedElementsAreArray(gone));
    ASSERT_EQ(collection.values.size(), names.size());
    ASSERT_EQ(next.size(), names.size());
    std::vector<SeriesId> ids;
    for (const auto& [name, id] : next) ids.push_back(id);
    std::sort(ids.begin(), ids.end());
    EXPECT_EQ(Ids(collection), ids);
    alive = next;
  }
}

TEST_F(SeriesTableTest, NamesAndLabelsDoNotRunIntoOneAnother) {
  table_.Begin(1);
  Update("m", 1, {{"a", "bc"}});
  Update("m", 2, {{"ab", "c"}});
  Update("ma", 3, {{"b", "c"}});
  table_.Finish(false);
  EXPECT_EQ(table_.collection().values.size(), 3);
}

TEST_F(SeriesTableTest, TellsTheValueBefore) {
  const FamilyView family{"m", "", prometheus::MetricType::Gauge, {}};
  SampleView sample;
  sample.family = "m";
  sample.value = 5;
  table_.Begin(1);
  EXPECT_TRUE(std::isnan(table_.Update(family, sample)));
  table_.Finish(false);
  table_.Begin(2);
  EXPECT_EQ(table_.Update(family, sample), 5);
}

TEST(StalenessMarker, HasItsBits) {
  EXPECT_TRUE(IsStalenessMarker(StalenessMarker()));
  EXPECT_FALSE(IsStalenessMarker(std::nan("")));
  EXPECT_FALSE(IsStalenessMarker(0));
}

// A table that is told versions does what one does that looks every sample up.
TEST(SeriesTableVersions, ChangeNothingButTheWork) {
  struct Family {
    std::string name;
    std::vector<std::string> devices;
    std::uint64_t version = 0;
  };
  std::minstd_rand random(7);
  std::uint64_t version = 0;
  std::vector<Family> families;
  for (const char* name : {"a", "b", "c", "d", "e"})
    families.push_back({name, {"0", "1"}, ++version});
  SeriesTable told(LabelSet{{"job", "node"}});
  SeriesTable untold(LabelSet{{"job", "node"}});
  const prometheus::ClientMetric metric;
  const auto feed = [&](SeriesTable& table, const Family& family, bool tell, double value) {
    const std::vector<const prometheus::ClientMetric*> metrics(family.devices.size(), &metric);
    FamilyView view{family.name, "Help.", prometheus::MetricType::Gauge, metrics};
    if (tell) view.version = family.version;
    table.BeginFamily(view);
    for (const std::string& device : family.devices) {
      const std::vector<prometheus::ClientMetric::Label> labels = {{"device", device}};
      SampleView sample;
      sample.family = family.name;
      sample.labels = labels;
      sample.value = value++;
      table.Update(view, sample);
    }
  };
  for (int cycle = 1; cycle < 2000; ++cycle) {
    if (random() % 3 == 0) {  // Something comes, goes or moves.
      Family& family = families[random() % families.size()];
      const std::string device = std::to_string(random() % 6);
      if (std::erase(family.devices, device) == 0) family.devices.push_back(device);
      family.version = ++version;
    }
    std::vector<const Family*> present;
    for (const Family& family : families) {
      if (random() % 12 != 0) present.push_back(&family);
    }
    const bool patient = random() % 4 == 0;
    for (SeriesTable* table : {&told, &untold}) {
      table->Begin(cycle);
      for (const Family* family : present) feed(*table, *family, table == &told, cycle);
      table->Finish(patient);
    }
    const Collection one = told.collection();
    const Collection other = untold.collection();
    ASSERT_EQ(one.added.size(), other.added.size()) << cycle;
    ASSERT_TRUE(std::ranges::equal(one.gone, other.gone)) << cycle;
    ASSERT_TRUE(std::ranges::equal(one.values, other.values, [](const auto& a, const auto& b) {
      return a.id == b.id && a.value == b.value;
    })) << cycle;
  }
}

}  // namespace
}  // namespace hostpulse::push
