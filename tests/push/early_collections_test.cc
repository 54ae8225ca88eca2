#include "push/early_collections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace hostpulse::push {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kStarted = 5'000;  // Milliseconds after 1970 began.

SeriesPtr MakeSeries(SeriesId id) {
  auto series = std::make_shared<Series>();
  series->id = id;
  series->start_ms = kStarted;
  return series;
}

struct Released {
  std::int64_t timestamp_ms = 0;
  std::vector<SeriesId> added;
  std::vector<std::int64_t> starts;
  std::vector<SeriesId> values;
  std::vector<SeriesId> gone;
};

class EarlyCollectionsTest : public testing::Test {
 protected:
  // A collection ten seconds after the last one.
  void Add(std::vector<SeriesPtr> added, std::vector<SeriesId> ids, std::vector<SeriesId> gone) {
    std::vector<SeriesValue> values;
    for (const SeriesId id : ids) values.push_back({id, 1});
    now_ += seconds(10);
    wrong_ms_ += 10'000;
    early_.Add({wrong_ms_, added, values, gone}, now_);
  }
  // Five seconds after the last one.
  std::vector<Released> Release() {
    std::vector<Released> all;
    early_.Release(right_, now_ + seconds(5), [&](const Collection& collection) {
      Released& one = all.emplace_back();
      one.timestamp_ms = collection.timestamp_ms;
      for (const SeriesPtr& series : collection.added) {
        one.added.push_back(series->id);
        one.starts.push_back(series->start_ms);
      }
      for (const SeriesValue& value : collection.values) one.values.push_back(value.id);
      one.gone.assign(collection.gone.begin(), collection.gone.end());
    });
    return all;
  }

  EarlyCollections early_;
  MonotonicTime now_{hours(1)};
  std::int64_t wrong_ms_ = kStarted;
  const WallTime right_{seconds(1'800'000'000)};
  const std::int64_t right_ms_ = 1'800'000'000'000;
};

TEST_F(EarlyCollectionsTest, KnowsWhatCannotBe) {
  EXPECT_FALSE(EarlyCollections::IsPlausible(WallTime(seconds(100))));
  EXPECT_FALSE(EarlyCollections::IsPlausible(WallTime(seconds(1'767'225'599))));
  EXPECT_TRUE(EarlyCollections::IsPlausible(WallTime(seconds(1'767'225'600))));
  EXPECT_TRUE(EarlyCollections::IsPlausible(right_));
}

TEST_F(EarlyCollectionsTest, GivesCollectionsTheTimesTheyWereMadeAt) {
  Add({MakeSeries(1), MakeSeries(2)}, {1, 2}, {});
  Add({}, {1}, {2});
  EXPECT_EQ(early_.size(), 2U);
  const std::vector<Released> all = Release();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].timestamp_ms, right_ms_ - 15'000);
  EXPECT_EQ(all[1].timestamp_ms, right_ms_ - 5'000);
  EXPECT_THAT(all[0].added, ElementsAre(1, 2));
  EXPECT_THAT(all[0].starts, ElementsAre(right_ms_ - 25'000, right_ms_ - 25'000));
  EXPECT_THAT(all[1].values, ElementsAre(1));
  EXPECT_THAT(all[1].gone, ElementsAre(2));
  EXPECT_TRUE(early_.empty());
  EXPECT_THAT(Release(), IsEmpty());
}

TEST_F(EarlyCollectionsTest, OfThoseThatGoTheNextOneSaysWhichSeriesThereAre) {
  Add({MakeSeries(1), MakeSeries(2), MakeSeries(3)}, {1, 2, 3}, {});
  Add({MakeSeries(4)}, {1, 3, 4}, {2});
  for (std::size_t i = 2; i < EarlyCollections::kMost; ++i) Add({}, {1, 3, 4}, {});
  EXPECT_EQ(early_.dropped(), 0U);
  Add({}, {1, 3, 4}, {});  // The first one goes.
  Add({}, {1, 4}, {3});    // The second one goes.
  EXPECT_EQ(early_.dropped(), 2U);
  const std::vector<Released> all = Release();
  ASSERT_EQ(all.size(), EarlyCollections::kMost);
  EXPECT_THAT(all.front().added, ElementsAre(1, 3, 4));
  EXPECT_THAT(all.front().gone, IsEmpty()) << "nobody has heard of 2";
  EXPECT_THAT(all.back().gone, ElementsAre(3));
}

TEST_F(EarlyCollectionsTest, SeriesOfTheQueueThatEndAreStillEnded) {
  Add({}, {1}, {7});  // 7 lived in an earlier process.
  for (std::size_t i = 0; i < EarlyCollections::kMost; ++i) Add({}, {1}, {});
  EXPECT_THAT(Release().front().gone, ElementsAre(7));
}

}  // namespace
}  // namespace hostpulse::push
