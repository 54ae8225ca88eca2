#include "collectors/timex.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

// What the next adjtimex answers.
struct FakeKernel {
  timex clock{};
  int state = TIME_OK;
  int error = 0;
};
FakeKernel kernel_state;

int FakeAdjtimex(timex* clock) {
  EXPECT_EQ(clock->modes, 0u) << "it must not set anything";
  if (kernel_state.error != 0) {
    errno = kernel_state.error;
    return -1;
  }
  *clock = kernel_state.clock;
  return kernel_state.state;
}

class TimexTest : public testing::Test {
 protected:
  TimexTest() {
    kernel_state = {};
    timex_.MakeWith([](const collectors::CollectorContext&) {
      return Result(collectors::MakeTimex(FakeAdjtimex));
    });
  }

  HostTree host_;
  CollectorHarness timex_{"timex", host_};
};

TEST_F(TimexTest, ScalesEveryField) {
  timex& clock = kernel_state.clock;
  clock.offset = 1500;
  clock.freq = 65536 * 10;
  clock.maxerror = 500000;
  clock.esterror = 250000;
  clock.status = STA_PLL;
  clock.constant = 7;
  clock.tick = 10000;
  clock.ppsfreq = 65536 * 20;
  clock.jitter = 2500;
  clock.shift = 4;
  clock.stabil = 65536 * 30;
  clock.jitcnt = 11;
  clock.calcnt = 12;
  clock.errcnt = 13;
  clock.stbcnt = 14;
  clock.tai = 37;
  EXPECT_EQ(timex_.Run(),
            "node_timex_estimated_error_seconds 0.25\n"
            "node_timex_frequency_adjustment_ratio 1.00001\n"
            "node_timex_loop_time_constant 7\n"
            "node_timex_maxerror_seconds 0.5\n"
            "node_timex_offset_seconds 0.0015\n"
            "node_timex_pps_calibration_total 12\n"
            "node_timex_pps_error_total 13\n"
            "node_timex_pps_frequency_hertz 2e-05\n"
            "node_timex_pps_jitter_seconds 0.0025\n"
            "node_timex_pps_jitter_total 11\n"
            "node_timex_pps_shift_seconds 4\n"
            "node_timex_pps_stability_exceeded_total 14\n"
            "node_timex_pps_stability_hertz 3e-05\n"
            "node_timex_status 1\n"
            "node_timex_sync_status 1\n"
            "node_timex_tai_offset_seconds 37\n"
            "node_timex_tick_seconds 0.01\n");
  EXPECT_TRUE(timex_.status().ok());
}

TEST_F(TimexTest, ReadsNanosecondsWhereTheStatusSaysSo) {
  kernel_state.clock.status = STA_NANO;
  kernel_state.clock.offset = -1500;
  kernel_state.clock.jitter = 2500;
  kernel_state.clock.maxerror = 16;
  const std::string text = timex_.Run();
  EXPECT_NE(text.find("node_timex_offset_seconds -1.5e-06\n"), text.npos) << text;
  EXPECT_NE(text.find("node_timex_pps_jitter_seconds 2.5e-06\n"), text.npos) << text;
  EXPECT_NE(text.find("node_timex_maxerror_seconds 1.6e-05\n"), text.npos) << text;
}

TEST_F(TimexTest, IsNotSynchronizedInTheErrorState) {
  kernel_state.state = TIME_ERROR;
  const std::string text = timex_.Run();
  EXPECT_NE(text.find("node_timex_sync_status 0\n"), text.npos) << text;
  kernel_state.state = TIME_WAIT;
  EXPECT_NE(timex_.Run().find("node_timex_sync_status 1\n"), std::string::npos);
}

TEST_F(TimexTest, SaysWhereItMayNotAsk) {
  kernel_state.error = EPERM;
  EXPECT_EQ(timex_.Run(), "");
  EXPECT_EQ(timex_.status().code(), ErrorCode::kPermission);
  kernel_state.error = EFAULT;
  EXPECT_EQ(timex_.Run(), "");
  EXPECT_EQ(timex_.status().code(), ErrorCode::kIo);
}

TEST_F(TimexTest, AllocatesNothingOnceWarm) {
  EXPECT_EQ(timex_.AllocationsOnceWarm(), 0u);
}

TEST(Timex, AsksTheRealKernel) {
  HostTree host;
  CollectorHarness timex("timex", host);
  const std::string text = timex.Run();
  if (timex.status().code() == ErrorCode::kPermission) GTEST_SKIP() << timex.status().message();
  EXPECT_NE(text.find("node_timex_tick_seconds 0.0"), text.npos) << text;
}

}  // namespace
}  // namespace hostpulse
