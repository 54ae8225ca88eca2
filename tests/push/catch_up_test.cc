#include "push/catch_up.h"

#include <gtest/gtest.h>

#include <set>

namespace hostpulse::push {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::size_t kSamples = 10'000;
constexpr double kLiveRate = 300;

class CatchUpTest : public testing::Test {
 protected:
  static MonotonicTime At(nanoseconds time) { return MonotonicTime() + minutes(10) + time; }

  // The pause after a request that was accepted.
  nanoseconds Accepted(nanoseconds took, std::size_t samples = kSamples) {
    catch_up_.NoteAccepted(At(minutes(2)), samples, took, kLiveRate);
    return catch_up_.Pause(At(minutes(2)));
  }
  void ComeBack() {
    catch_up_.NoteFailure(At(seconds(0)));
    catch_up_.NoteHeartbeat(At(minutes(2)));
  }

  CatchUp catch_up_{CatchUpOptions(), 1};
};

TEST_F(CatchUpTest, AShortFailureChangesNothing) {
  catch_up_.NoteFailure(At(seconds(0)));
  EXPECT_FALSE(catch_up_.HeartbeatIsDue(At(seconds(59))));
  catch_up_.NoteAccepted(At(seconds(59)), kSamples, milliseconds(5), kLiveRate);
  EXPECT_FALSE(catch_up_.active());
  EXPECT_FALSE(catch_up_.HeartbeatIsDue(At(minutes(2)))) << "counted from the next failure on";
  EXPECT_EQ(catch_up_.Pause(At(minutes(2))), nanoseconds(0));
}

TEST_F(CatchUpTest, AnOutageIsCountedFromItsFirstFailure) {
  catch_up_.NoteFailure(At(seconds(0)));
  catch_up_.NoteFailure(At(seconds(50)));
  EXPECT_FALSE(catch_up_.HeartbeatIsDue(At(seconds(59))));
  EXPECT_TRUE(catch_up_.HeartbeatIsDue(At(seconds(60))));
}

TEST_F(CatchUpTest, HostsComeBackAtRandomMoments) {
  std::set<nanoseconds> waits;
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    CatchUp host({}, seed * 7919);
    host.NoteFailure(At(seconds(0)));
    host.NoteHeartbeat(At(minutes(2)));
    EXPECT_FALSE(host.HeartbeatIsDue(At(minutes(2))));
    EXPECT_LE(host.Pause(At(minutes(2))), seconds(15));
    waits.insert(host.Pause(At(minutes(2))));
  }
  EXPECT_GT(waits.size(), 40U);
  EXPECT_LT(*waits.begin(), seconds(3));
  EXPECT_GT(*waits.rbegin(), seconds(12));
}

TEST_F(CatchUpTest, BeginsAtTenTimesTheLiveRateAndDoublesWithQuickAnswers) {
  ComeBack();
  EXPECT_EQ(Accepted(milliseconds(5)), nanoseconds(kSamples * seconds(1)) / 3000);
  EXPECT_EQ(Accepted(milliseconds(5)), nanoseconds(kSamples * seconds(1)) / 6000);
  EXPECT_EQ(Accepted(seconds(2)), nanoseconds(kSamples * seconds(1)) / 6000) << "neither nor";
  EXPECT_EQ(Accepted(seconds(6)), nanoseconds(kSamples * seconds(1)) / 3000);
  catch_up_.NoteFailure(At(minutes(2)));
  catch_up_.NoteFailure(At(minutes(2)));
  EXPECT_EQ(Accepted(seconds(2)), seconds(5)) << "a full request each five seconds at least";
}

TEST_F(CatchUpTest, ASmallHostPausesForFiveSecondsAtMost) {
  catch_up_.NoteFailure(At(seconds(0)));
  catch_up_.NoteHeartbeat(At(minutes(2)));
  catch_up_.NoteAccepted(At(minutes(2)), kSamples, milliseconds(5), 33);
  EXPECT_EQ(catch_up_.Pause(At(minutes(2))), seconds(5));
  EXPECT_EQ(catch_up_.Pause(At(minutes(2) + seconds(2))), seconds(3));
  EXPECT_EQ(catch_up_.Pause(At(minutes(3))), seconds(0));
}

TEST_F(CatchUpTest, EndsWhereNothingOldIsLeft) {
  ComeBack();
  EXPECT_TRUE(catch_up_.active());
  catch_up_.NoteCaughtUp();
  EXPECT_FALSE(catch_up_.active());
  EXPECT_EQ(Accepted(milliseconds(5)), nanoseconds(0));
}

TEST_F(CatchUpTest, ARestartSendsAtOnce) {
  catch_up_.Resume(seconds(59));
  EXPECT_FALSE(catch_up_.HeartbeatIsDue(At(seconds(0)))) << "nothing to catch up with";
  catch_up_.Resume(minutes(1));
  EXPECT_TRUE(catch_up_.HeartbeatIsDue(At(seconds(0))));
  catch_up_.NoteHeartbeat(At(seconds(0)));
  EXPECT_FALSE(catch_up_.HeartbeatIsDue(At(seconds(0))));
  EXPECT_TRUE(catch_up_.active());
  EXPECT_EQ(catch_up_.Pause(At(seconds(0))), nanoseconds(0));
}

}  // namespace
}  // namespace hostpulse::push
