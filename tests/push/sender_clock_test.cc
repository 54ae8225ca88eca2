#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "tests/push/sender_fixture.h"

namespace hostpulse::push {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::Answer;
using test::ScriptedAnswer;
using testing::HasSubstr;

class SenderClockTest : public test::SenderTest {
 protected:
  // What a receiver answers whose clock differs from ours by so much.
  ScriptedAnswer AnswerAt(seconds offset) const {
    const std::time_t time = std::chrono::system_clock::to_time_t(
        std::chrono::time_point_cast<std::chrono::system_clock::duration>(clock_.Now() + offset));
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    std::array<char, 64> text{};
    std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT", &parts);
    return Answer(204, {text.data()});
  }
  void AppendAt(seconds offset) {
    first_ms_ = ToUnixMillis(clock_.Now() + offset) - (appended_ + 1) * 1000;
    Append();
  }
  void WaitForLog(const char* text) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(10);
    std::string all;
    while (all.find(text) == std::string::npos) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << all;
      all += log_.Take();
      std::this_thread::yield();
    }
  }
};

TEST_F(SenderClockTest, WhileOurClockIsAheadNothingIsSentAndNothingLost) {
  receiver_.SetUsual(AnswerAt(-hours(1)));
  Start();
  AppendAt(seconds(0));
  ASSERT_TRUE(Drained()) << "nobody told yet";
  EXPECT_NEAR(Metric("clock_offset_seconds"), -3600, 3);
  AppendAt(seconds(1));
  WaitForLog("holding what is queued; set it right");
  EXPECT_EQ(sender_->Report().state, "on hold");
  EXPECT_THAT(sender_->Report().last_error, HasSubstr("ahead of the destination's"));
  receiver_.SetUsual(AnswerAt(seconds(0)));
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Metric("samples_acked_total"), 6);
  EXPECT_EQ(Metric("samples_dropped_total"), 0);
  EXPECT_NEAR(Metric("clock_offset_seconds"), 0, 3);
  ExpectBalanced();
}

TEST_F(SenderClockTest, SamplesFromTheFutureAreLeftOutOnceTheClockIsRight) {
  receiver_.SetUsual(AnswerAt(seconds(0)));
  Start();
  AppendAt(hours(2));
  AppendAt(hours(2) + seconds(15));
  AppendAt(seconds(0));
  AppendAt(seconds(15));
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Metric("samples_dropped_total", "clock"), 6);
  EXPECT_EQ(Metric("samples_acked_total"), 6);
  ExpectBalanced();
  EXPECT_THAT(log_.Take(), HasSubstr("while the clock was ahead"));
}

TEST_F(SenderClockTest, AReceiverThatDoesNotTellTheTimeIsBelievedToHaveOurs) {
  receiver_.SetUsual(Answer(204));
  Start();
  AppendAt(minutes(9));
  AppendAt(minutes(11));
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Metric("samples_acked_total"), 3);
  EXPECT_EQ(Metric("samples_dropped_total", "clock"), 3);
  EXPECT_EQ(Metric("clock_offset_seconds"), 0);
  ExpectBalanced();
}

TEST_F(SenderClockTest, AskingForTheTimeIsRetriedAndEndsWithAStop) {
  receiver_.SetUsual(Answer(503));
  timing_.last_attempt = std::chrono::milliseconds(50);
  Start();
  AppendAt(hours(1));
  WaitForLog("made again");
  sender_->Stop();
  EXPECT_EQ(sender_->Report().backlog_samples, 3U);
  ExpectBalanced();
}

}  // namespace
}  // namespace hostpulse::push
