#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

constexpr std::string_view kPath = "sys/kernel/hung_task_detect_count";

TEST(KernelHungTest, ReadsTheCount) {
  HostTree host;
  host.WriteProc(kPath, "7\n");
  CollectorHarness hung("kernel_hung", host);
  EXPECT_EQ(hung.Run(), "node_kernel_hung_tasks_total 7\n");
  host.WriteProc(kPath, "18446744073709551615\n");
  EXPECT_EQ(hung.Run(), "node_kernel_hung_tasks_total 18446744073709551616\n");
  EXPECT_EQ(hung.status(), Status());
  EXPECT_EQ(hung.AllocationsOnceWarm(), 0U);
}

TEST(KernelHungTest, RefusesWhatIsNoNumber) {
  HostTree host;
  for (const char* bad : {"", "-1\n", "7x\n", "18446744073709551616\n"}) {
    host.WriteProc(kPath, bad);
    CollectorHarness hung("kernel_hung", host);
    EXPECT_EQ(hung.Run(), "") << bad;
    EXPECT_EQ(hung.status().code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(hung.status().message(), testing::HasSubstr("hung_task_detect_count")) << bad;
  }
}

TEST(KernelHungTest, IsAbsentOnAKernelThatDoesNotCount) {
  HostTree host;
  CollectorHarness hung("kernel_hung", host);
  EXPECT_EQ(hung.Run(), "");
  EXPECT_EQ(hung.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
