#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

TEST(BuddyinfoTest, ReportsEveryOrderOfEveryZone) {
  HostTree host;
  host.WriteProc("buddyinfo",
                 "Node 0, zone      DMA      1      0      3 \n"
                 "Node 0, zone   Normal   4381      5      6 \n"
                 "Node 1, zone   Normal      7      8 18446744073709551615 \n");
  CollectorHarness buddyinfo("buddyinfo", host);
  EXPECT_EQ(buddyinfo.Run(),
            "node_buddyinfo_blocks{node=\"0\",size=\"0\",zone=\"DMA\"} 1\n"
            "node_buddyinfo_blocks{node=\"0\",size=\"0\",zone=\"Normal\"} 4381\n"
            "node_buddyinfo_blocks{node=\"0\",size=\"1\",zone=\"DMA\"} 0\n"
            "node_buddyinfo_blocks{node=\"0\",size=\"1\",zone=\"Normal\"} 5\n"
            "node_buddyinfo_blocks{node=\"0\",size=\"2\",zone=\"DMA\"} 3\n"
            "node_buddyinfo_blocks{node=\"0\",size=\"2\",zone=\"Normal\"} 6\n"
            "node_buddyinfo_blocks{node=\"1\",size=\"0\",zone=\"Normal\"} 7\n"
            "node_buddyinfo_blocks{node=\"1\",size=\"1\",zone=\"Normal\"} 8\n"
            "node_buddyinfo_blocks{node=\"1\",size=\"2\",zone=\"Normal\"} 18446744073709551616\n");
  EXPECT_EQ(buddyinfo.status(), Status());
  EXPECT_EQ(buddyinfo.AllocationsOnceWarm(), 0U);
}

TEST(BuddyinfoTest, NumbersTheOrdersAboveNine) {
  HostTree host;
  host.WriteProc("buddyinfo", "Node 0, zone DMA32 0 1 2 3 4 5 6 7 8 9 752\n");
  EXPECT_THAT(CollectorHarness("buddyinfo", host).Run(),
              HasSubstr("{node=\"0\",size=\"10\",zone=\"DMA32\"} 752\n"));
}

TEST(BuddyinfoTest, DropsANodeThatLeft) {
  HostTree host;
  host.WriteProc("buddyinfo", "Node 0, zone Normal 1\nNode 1, zone Normal 2\n");
  CollectorHarness buddyinfo("buddyinfo", host);
  buddyinfo.Run();
  host.WriteProc("buddyinfo", "Node 1, zone Normal 3\n");
  EXPECT_EQ(buddyinfo.Run(), "node_buddyinfo_blocks{node=\"1\",size=\"0\",zone=\"Normal\"} 3\n");
}

TEST(BuddyinfoTest, NamesTheLineThatIsWrong) {
  for (const std::string bad : {"Node 0, zone", "Node 0, zone DMA -1", "Node 0, zone DMA 1 two",
                                "Node 0, zone DMA 18446744073709551616", "nonsense"}) {
    HostTree host;
    host.WriteProc("buddyinfo", bad + "\n");
    CollectorHarness buddyinfo("buddyinfo", host);
    buddyinfo.Run();
    EXPECT_EQ(buddyinfo.status().code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(buddyinfo.status().message(), HasSubstr("proc/buddyinfo"));
    EXPECT_THAT(buddyinfo.status().message(), HasSubstr("in \"" + bad + "\""));
  }
}

TEST(BuddyinfoTest, IsAbsentWithoutTheFile) {
  HostTree host;
  CollectorHarness buddyinfo("buddyinfo", host);
  EXPECT_EQ(buddyinfo.Run(), "");
  EXPECT_EQ(buddyinfo.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
