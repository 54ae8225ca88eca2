#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

constexpr const char* kStat =
    "cpu  301854 612 111922 8979004 3552 2 3944 0 44 36\n"
    "cpu0 44490 19 21045 1087069 220 1 3410 0 2 1\n"
    "intr 8885917 17 0 0 0 0 0 0 0 1\n"
    "ctxt 38014093\n"
    "btime 1418183276\n"
    "processes 26442\n"
    "procs_running 2\n"
    "procs_blocked 1\n"
    "softirq 5057579 250191 1481983 1647 211099 186066 0 1783454 622196 12499 508444\n";

constexpr const char* kSamples =
    "node_boot_time_seconds 1418183276\n"
    "node_context_switches_total 38014093\n"
    "node_forks_total 26442\n"
    "node_intr_total 8885917\n"
    "node_procs_blocked 1\n"
    "node_procs_running 2\n";

TEST(StatTest, ReadsTheTotals) {
  HostTree host;
  host.WriteProc("stat", kStat);
  CollectorHarness stat("stat", host);
  EXPECT_EQ(stat.Run(), kSamples);
  EXPECT_EQ(stat.status(), Status());
  EXPECT_EQ(stat.AllocationsOnceWarm(), 0U);
}

TEST(StatTest, ReportsSoftInterruptsIfAskedTo) {
  HostTree host;
  host.WriteProc("stat", kStat);
  CollectorHarness stat("stat", host, {{"collector.stat.softirq", "true"}});
  EXPECT_EQ(stat.Run(), std::string(kSamples) +
                            "node_softirqs_total{vector=\"block\"} 186066\n"
                            "node_softirqs_total{vector=\"block_iopoll\"} 0\n"
                            "node_softirqs_total{vector=\"hi\"} 250191\n"
                            "node_softirqs_total{vector=\"hrtimer\"} 12499\n"
                            "node_softirqs_total{vector=\"net_rx\"} 211099\n"
                            "node_softirqs_total{vector=\"net_tx\"} 1647\n"
                            "node_softirqs_total{vector=\"rcu\"} 508444\n"
                            "node_softirqs_total{vector=\"sched\"} 622196\n"
                            "node_softirqs_total{vector=\"tasklet\"} 1783454\n"
                            "node_softirqs_total{vector=\"timer\"} 1481983\n");
}

TEST(StatTest, LeavesOutWhatAnOldKernelLacksAndPassesOverWhatANewOneAdds) {
  HostTree host;
  host.WriteProc("stat", "ctxt 5\nnovelty 1 2 3\nbtime 7\nsoftirq 9 1 2\n");
  CollectorHarness stat("stat", host, {{"collector.stat.softirq", "true"}});
  EXPECT_EQ(stat.Run(),
            "node_boot_time_seconds 7\n"
            "node_context_switches_total 5\n"
            "node_softirqs_total{vector=\"hi\"} 1\n"
            "node_softirqs_total{vector=\"timer\"} 2\n");
  EXPECT_EQ(stat.status(), Status());
}

TEST(StatTest, NamesTheLineItCannotRead) {
  HostTree host;
  for (const char* bad :
       {"btime\n", "btime soon\n", "btime 18446744073709551616\n", "btime -1\n"}) {
    host.WriteProc("stat", std::string("ctxt 5\n") + bad);
    CollectorHarness stat("stat", host);
    EXPECT_EQ(stat.Run(), "node_context_switches_total 5\n");
    EXPECT_EQ(stat.status().code(), ErrorCode::kParse);
    EXPECT_NE(stat.status().message().find("cannot parse btime in \"btime"), std::string::npos);
  }
  host.WriteProc("stat", "softirq 9 1 two\n");
  CollectorHarness stat("stat", host, {{"collector.stat.softirq", "true"}});
  stat.Run();
  EXPECT_EQ(stat.status().code(), ErrorCode::kParse);
}

TEST(StatTest, IsAbsentWithoutTheFile) {
  HostTree host;
  CollectorHarness stat("stat", host);
  EXPECT_EQ(stat.Run(), "");
  EXPECT_EQ(stat.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
