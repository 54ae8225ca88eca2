#include "exporter/live/live_view.h"

#include <gmock/gmock.h>

#include "core/metrics/metric_batch.h"
#include "exporter/live/backlog_watch.h"
#include "tests/support/fake_clock.h"

namespace hostpulse::live {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

class CountingSource final : public MetricSource {
 public:
  Status Gather(const GatherFilter& filter, FamilyVisitor visit) override {
    ++gathered;
    asked = filter.collect;
    if (!answer) return answer;
    MetricBatch batch;
    batch.Begin();
    batch.Family("node_load1", "", kGauge).Add(gathered);
    batch.Finish();
    visit(batch.families());
    return {};
  }

  int gathered = 0;
  std::vector<std::string> asked;
  Status answer;
};

class LiveViewTest : public testing::Test {
 protected:
  double Look(bool with_filesystems = false) { return view_.Look(with_filesystems)->load->minute; }

  FakeClock clock_;
  CountingSource source_;
  std::vector<std::string> enabled_ = {"cpu", "filesystem", "loadavg", "textfile"};
  LiveView view_{source_, [this] { return enabled_; }, clock_};
};

TEST_F(LiveViewTest, RunsOnlyTheCollectorsItNeeds) {
  Look();
  EXPECT_THAT(source_.asked, ElementsAre("cpu", "loadavg"));
  Look(true);
  EXPECT_THAT(source_.asked, ElementsAre("cpu", "loadavg", "filesystem"));
}

TEST_F(LiveViewTest, CollectsNoMoreThanTwiceASecond) {
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(Look(), 1);
  clock_.Advance(std::chrono::milliseconds(499));
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(Look(true), 2);
  EXPECT_EQ(Look(), 2);
  clock_.Advance(seconds(1));
  EXPECT_EQ(Look(), 3);
}

TEST_F(LiveViewTest, WithoutItsCollectorsItAsksForNothing) {
  enabled_ = {"textfile"};
  const auto figures = view_.Look(true);
  ASSERT_TRUE(figures.ok());
  EXPECT_FALSE(figures->load.has_value());
  EXPECT_EQ(source_.gathered, 0);
}

TEST_F(LiveViewTest, PassesErrorsOn) {
  source_.answer = Status(ErrorCode::kIo, "broken");
  EXPECT_EQ(view_.Look(false).status().message(), "broken");
}

TEST(BacklogWatchTest, TellsWhenABacklogWillBeEmpty) {
  BacklogWatch watch;
  MonotonicTime now{seconds(100)};
  EXPECT_EQ(watch.EmptyIn("a", 1000, now), std::nullopt);
  now += seconds(2);
  EXPECT_EQ(watch.EmptyIn("a", 800, now), seconds(8));
  EXPECT_EQ(watch.EmptyIn("b", 800, now), std::nullopt);
  now += seconds(2);
  EXPECT_EQ(watch.EmptyIn("a", 0, now), std::nullopt);
}

TEST(BacklogWatchTest, SaysNothingOfOneThatGrows) {
  BacklogWatch watch;
  MonotonicTime now{seconds(100)};
  EXPECT_EQ(watch.EmptyIn("a", 1000, now), std::nullopt);
  EXPECT_EQ(watch.EmptyIn("a", 1100, now + seconds(5)), std::nullopt);
}

TEST(BacklogWatchTest, MeasuresTheLastTwentySecondsAndNotWhatWasBefore) {
  BacklogWatch watch;
  MonotonicTime now{seconds(100)};
  std::uint64_t samples = 100000;
  for (int i = 0; i < 60; ++i, now += seconds(1))
    watch.EmptyIn("a", samples, now);  // Stands still.
  for (int i = 0; i < 30; ++i, now += seconds(1)) watch.EmptyIn("a", samples -= 1000, now);
  EXPECT_EQ(watch.EmptyIn("a", samples -= 1000, now), seconds(69));
  // Who has looked away for long begins anew.
  EXPECT_EQ(watch.EmptyIn("a", 10, now + seconds(31)), std::nullopt);
}

}  // namespace
}  // namespace hostpulse::live
