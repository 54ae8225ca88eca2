#include <gtest/gtest.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

TEST(SchedstatTest, ReadsTheLastThreeFieldsOfEachCpu) {
  HostTree host;
  host.WriteProc("schedstat",
                 "version 15\n"
                 "timestamp 15819019232\n"
                 "cpu0 498494191 0 3533438552 2553969831 3853684107 2465731542 2045936778163039 "
                 "343796328169361 4767485306\n"
                 "domain0 00000000,00000003 212499247 210112015 1861015 1860405436 536440 369895 "
                 "32599 210079416 25368550 24241256 384652\n"
                 "cpu1 518377256 0 4155211005 2778589869 10466382 2867629021 1904686592592250 "
                 "364107263788241 5145567945\n");
  CollectorHarness schedstat("schedstat", host);
  EXPECT_EQ(schedstat.Run(),
            "node_schedstat_running_seconds_total{cpu=\"0\"} 2045936.778163039\n"
            "node_schedstat_running_seconds_total{cpu=\"1\"} 1904686.59259225\n"
            "node_schedstat_timeslices_total{cpu=\"0\"} 4767485306\n"
            "node_schedstat_timeslices_total{cpu=\"1\"} 5145567945\n"
            "node_schedstat_waiting_seconds_total{cpu=\"0\"} 343796.328169361\n"
            "node_schedstat_waiting_seconds_total{cpu=\"1\"} 364107.263788241\n");
  EXPECT_EQ(schedstat.status(), Status());
  EXPECT_EQ(schedstat.AllocationsOnceWarm(), 0U);
}

TEST(SchedstatTest, ForgetsACpuThatLeft) {
  HostTree host;
  host.WriteProc("schedstat", "cpu0 0 0 0 0 0 0 1 2 3\ncpu1 0 0 0 0 0 0 1 2 3\n");
  CollectorHarness schedstat("schedstat", host);
  schedstat.Run();
  host.WriteProc("schedstat", "cpu1 0 0 0 0 0 0 4000000000 5000000000 6\n");
  EXPECT_EQ(schedstat.Run(),
            "node_schedstat_running_seconds_total{cpu=\"1\"} 4\n"
            "node_schedstat_timeslices_total{cpu=\"1\"} 6\n"
            "node_schedstat_waiting_seconds_total{cpu=\"1\"} 5\n");
}

TEST(SchedstatTest, NamesTheLineItCannotRead) {
  HostTree host;
  for (const char* bad : {"cpu0 0 0 0 0 0 0 1 2\n", "cpu0 0 0 0 0 0 0 x 2 3\n", "cpu0\n"}) {
    host.WriteProc("schedstat", bad);
    CollectorHarness schedstat("schedstat", host);
    schedstat.Run();
    EXPECT_EQ(schedstat.status().code(), ErrorCode::kParse) << bad;
    EXPECT_NE(schedstat.status().message().find("in \"cpu0"), std::string::npos);
  }
}

TEST(SchedstatTest, IsAbsentOnAKernelWithoutIt) {
  HostTree host;
  CollectorHarness schedstat("schedstat", host);
  EXPECT_EQ(schedstat.Run(), "");
  EXPECT_EQ(schedstat.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
