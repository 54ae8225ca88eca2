#include <gtest/gtest.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

TEST(LoadavgTest, ReadsTheThreeAverages) {
  HostTree host;
  host.WriteProc("loadavg", "0.21 0.37 10.39 1/719 19737\n");
  CollectorHarness loadavg("loadavg", host);
  EXPECT_EQ(loadavg.Run(), "node_load1 0.21\nnode_load15 10.39\nnode_load5 0.37\n");
  EXPECT_EQ(loadavg.status(), Status());
}

TEST(LoadavgTest, FollowsTheFile) {
  HostTree host;
  host.WriteProc("loadavg", "1.00 2.00 3.00 1/719 19737\n");
  CollectorHarness loadavg("loadavg", host);
  loadavg.Run();
  host.WriteProc("loadavg", "4.00 5.00 6.00 1/719 19737\n");
  EXPECT_EQ(loadavg.Run(), "node_load1 4\nnode_load15 6\nnode_load5 5\n");
}

TEST(LoadavgTest, NamesFileFieldAndLineOfWhatItCannotRead) {
  HostTree host;
  host.WriteProc("loadavg", "0.21 x.37 0.39\n");
  CollectorHarness loadavg("loadavg", host);
  loadavg.Run();
  EXPECT_EQ(loadavg.status().code(), ErrorCode::kParse);
  EXPECT_EQ(loadavg.status().message(),
            host.paths().Proc("loadavg") + ": cannot parse node_load5 in \"0.21 x.37 0.39\"");
}

TEST(LoadavgTest, TakesATruncatedAndAnEmptyFileForAnError) {
  HostTree host;
  host.WriteProc("loadavg", "0.21 0.37");
  CollectorHarness loadavg("loadavg", host);
  loadavg.Run();
  EXPECT_EQ(loadavg.status().code(), ErrorCode::kParse);
  host.WriteProc("loadavg", "");
  EXPECT_EQ(loadavg.Run(), "");
  EXPECT_EQ(loadavg.status().code(), ErrorCode::kParse);
}

TEST(LoadavgTest, IsAbsentWithoutTheFile) {
  HostTree host;
  CollectorHarness loadavg("loadavg", host);
  EXPECT_EQ(loadavg.Run(), "");
  EXPECT_EQ(loadavg.status().code(), ErrorCode::kAbsent);
}

TEST(LoadavgTest, AllocatesNothingOnceWarm) {
  HostTree host;
  host.WriteProc("loadavg", "0.21 0.37 10.39 1/719 19737\n");
  EXPECT_EQ(CollectorHarness("loadavg", host).AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
