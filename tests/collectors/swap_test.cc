#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHeading = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

class SwapTest : public testing::Test {
 protected:
  void Write(std::string_view rows) {
    host_.WriteProc("swaps", std::string(kHeading).append(rows));
  }

  HostTree host_;
};

TEST_F(SwapTest, ReportsEveryDeviceInBytes) {
  Write(
      "/dev/zram0                              partition\t1048572\t\t176\t\t100\n"
      "/swapfile                               file\t\t2097148\t\t0\t\t-2\n");
  CollectorHarness swap("swap", host_);
  EXPECT_EQ(swap.Run(),
            "node_swap_priority{device=\"/dev/zram0\",swap_type=\"partition\"} 100\n"
            "node_swap_priority{device=\"/swapfile\",swap_type=\"file\"} -2\n"
            "node_swap_size_bytes{device=\"/dev/zram0\",swap_type=\"partition\"} 1073737728\n"
            "node_swap_size_bytes{device=\"/swapfile\",swap_type=\"file\"} 2147479552\n"
            "node_swap_used_bytes{device=\"/dev/zram0\",swap_type=\"partition\"} 180224\n"
            "node_swap_used_bytes{device=\"/swapfile\",swap_type=\"file\"} 0\n");
  EXPECT_EQ(swap.status(), Status());
  EXPECT_EQ(swap.AllocationsOnceWarm(), 0U);
}

TEST_F(SwapTest, IsFineOnAHostWithoutSwap) {
  Write("");
  CollectorHarness swap("swap", host_);
  EXPECT_EQ(swap.Run(), "");
  EXPECT_EQ(swap.status(), Status());
}

TEST_F(SwapTest, DropsADeviceThatLeft) {
  Write("/dev/sda2 partition 8 4 -2\n/dev/sdb2 partition 16 4 -3\n");
  CollectorHarness swap("swap", host_);
  swap.Run();
  Write("/dev/sdb2 partition 16 12 -3\n");
  EXPECT_EQ(swap.Run(),
            "node_swap_priority{device=\"/dev/sdb2\",swap_type=\"partition\"} -3\n"
            "node_swap_size_bytes{device=\"/dev/sdb2\",swap_type=\"partition\"} 16384\n"
            "node_swap_used_bytes{device=\"/dev/sdb2\",swap_type=\"partition\"} 12288\n");
}

TEST_F(SwapTest, KeepsTheEscapesOfTheKernelAndReplacesWhatIsNotUtf8) {
  Write("/swap\\040\xff\\040(deleted) file 4 0 -2\n");
  EXPECT_THAT(CollectorHarness("swap", host_).Run(),
              HasSubstr("device=\"/swap\\\\040\xEF\xBF\xBD\\\\040(deleted)\",swap_type=\"file\""));
}

TEST_F(SwapTest, NamesTheLineThatIsWrong) {
  for (const std::string bad : {"/dev/sda2", "/dev/sda2 partition 8 4",
                                "/dev/sda2 partition -8 4 1", "/dev/sda2 partition 8 4 high", ""}) {
    Write(bad + "\n");
    CollectorHarness swap("swap", host_);
    EXPECT_EQ(swap.Run(), "");
    EXPECT_EQ(swap.status().code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(swap.status().message(), HasSubstr("proc/swaps"));
    EXPECT_THAT(swap.status().message(), HasSubstr("in \"" + bad + "\""));
  }
}

TEST_F(SwapTest, IsAbsentOnAKernelWithoutSwap) {
  CollectorHarness swap("swap", host_);
  EXPECT_EQ(swap.Run(), "");
  EXPECT_EQ(swap.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
