#include "push/tick_schedule.h"

#include <gtest/gtest.h>

namespace hostpulse::push {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// A machine whose two clocks go side by side unless a test moves one of them.
class TickScheduleTest : public testing::Test {
 protected:
  // Waits for the next tick and lets it fire; how long that took.
  nanoseconds Tick(nanoseconds oversleep = nanoseconds(0)) {
    const MonotonicTime deadline = schedule_.Next(wall_, monotonic_);
    const nanoseconds wait = deadline - monotonic_;
    Pass(wait + oversleep);
    schedule_.Fire();
    return wait;
  }
  void Pass(nanoseconds time) {
    wall_ += time;
    monotonic_ += time;
  }
  std::int64_t Stamp() { return schedule_.Stamp(wall_); }

  TickSchedule schedule_{seconds(15)};
  WallTime wall_{seconds(1'700'000'007)};  // 12 s after a multiple of 15 s.
  MonotonicTime monotonic_{seconds(500)};
};

TEST_F(TickScheduleTest, TicksAreOnTheGridOfWallTime) {
  EXPECT_EQ(Tick(), seconds(3));
  EXPECT_EQ(Stamp(), 1'700'000'010'000);
  Pass(milliseconds(40));
  EXPECT_EQ(Tick(), seconds(15) - milliseconds(40));
  EXPECT_EQ(Stamp(), 1'700'000'025'000);
}

TEST_F(TickScheduleTest, ALittleLateIsStampedWithTheGridMoreWithTheTimeItIs) {
  Tick(milliseconds(100));
  EXPECT_EQ(Stamp(), 1'700'000'010'000);
  Tick(milliseconds(400));
  EXPECT_EQ(Stamp(), 1'700'000'025'400);
}

TEST_F(TickScheduleTest, NothingDriftsOverManyTicks) {
  for (int i = 0; i < 1000; ++i) {
    Tick(milliseconds(i % 100));
    EXPECT_EQ(Stamp() % 15'000, 0);
    Pass(milliseconds(i % 1000));
  }
  EXPECT_EQ(schedule_.skipped(), 0);
}

TEST_F(TickScheduleTest, ATickThatCameTooLateIsSkippedAndCounted) {
  Tick();
  Pass(seconds(40));
  EXPECT_EQ(Tick(), seconds(5));
  EXPECT_EQ(schedule_.skipped(), 2);
}

// The wait ends a hair before its grid time where the wall clock is slowed down meanwhile.
TEST_F(TickScheduleTest, AnEarlyWakeUpDoesNotTickTwice) {
  Tick();
  wall_ -= milliseconds(1);
  EXPECT_EQ(Tick(), seconds(15) + milliseconds(1));
  EXPECT_EQ(schedule_.skipped(), 0);
}

TEST_F(TickScheduleTest, ASmallStepBackNeitherStopsNorRepeatsTimestamps) {
  Tick();
  const std::int64_t before = Stamp();
  wall_ -= seconds(40);
  EXPECT_LE(Tick(), seconds(30));
  EXPECT_EQ(Stamp(), before + 1);
  EXPECT_GT(schedule_.ahead(), milliseconds(20'000));
  EXPECT_EQ(schedule_.steps_back(), 0);
  Pass(seconds(30));
  Tick();
  EXPECT_EQ(Stamp() % 15'000, 0);
  EXPECT_EQ(schedule_.ahead(), milliseconds(0));
}

TEST_F(TickScheduleTest, ALargeStepBackIsFollowed) {
  Tick();
  const std::int64_t before = Stamp();
  wall_ -= hours(1);
  EXPECT_LE(Tick(), seconds(30));
  const std::int64_t after = Stamp();
  EXPECT_LT(after, before - 3'500'000);
  EXPECT_EQ(schedule_.steps_back(), 1);
  EXPECT_EQ(schedule_.ahead(), milliseconds(0));
  Tick();
  EXPECT_EQ(Stamp(), after + 15'000);
  EXPECT_EQ(schedule_.steps_back(), 1);
}

TEST_F(TickScheduleTest, AStepForwardFiresNoBurst) {
  Tick();
  wall_ += hours(24 * 365 * 10);
  EXPECT_GE(Tick(), milliseconds(7'500));
  EXPECT_GE(Tick(), milliseconds(7'500));
  EXPECT_EQ(schedule_.skipped(), 0);
}

TEST_F(TickScheduleTest, AskingAgainBeforeTheTickLosesNone) {
  Tick();
  const MonotonicTime first = schedule_.Next(wall_, monotonic_);
  Pass(seconds(2));
  EXPECT_EQ(schedule_.Next(wall_, monotonic_), first);
}

TEST_F(TickScheduleTest, ThePhaseMovesTheGrid) {
  schedule_.Set(seconds(15), milliseconds(4'321));
  EXPECT_EQ(Tick(), milliseconds(7'321));
  EXPECT_EQ(Stamp(), 1'700'000'014'321);
  EXPECT_EQ(Tick(), seconds(15));
  EXPECT_EQ(Stamp(), 1'700'000'029'321);
}

TEST(PhaseOf, IsTheSameForAHostAndSpreadOverHosts) {
  const LabelSet host = {{"instance", "web-1"}, {"job", "node"}};
  EXPECT_EQ(PhaseOf(host, seconds(15)), PhaseOf(host, seconds(15)));
  EXPECT_EQ(PhaseOf(host, nanoseconds(10)), milliseconds(0));
  std::array<int, 15> hosts_in_second{};
  constexpr int kHosts = 1500;
  for (int i = 0; i < kHosts; ++i) {
    const LabelSet labels = {{"instance", "web-" + std::to_string(i)}, {"job", "node"}};
    const milliseconds phase = PhaseOf(labels, seconds(15));
    ASSERT_LT(phase, seconds(15));
    ++hosts_in_second.at(static_cast<std::size_t>(phase / seconds(1)));
  }
  for (const int hosts : hosts_in_second) {
    EXPECT_GT(hosts, kHosts / 15 / 2);
    EXPECT_LT(hosts, kHosts / 15 * 2);
  }
}

}  // namespace
}  // namespace hostpulse::push
