#include <gtest/gtest.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

constexpr const char* kVmstat =
    "nr_free_pages 977769\n"
    "pgpgin 7344136\n"
    "pgpgout 1541180581\n"
    "pswpin 1476\n"
    "pswpout 52\n"
    "pgfault 2320168809\n"
    "pgmajfault 507162\n"
    "pgfree 2623178223\n"
    "oom_kill 3\n"
    "thp_fault_alloc 142\n";

constexpr const char* kDefaults =
    "node_vmstat_oom_kill 3\n"
    "node_vmstat_pgfault 2320168809\n"
    "node_vmstat_pgmajfault 507162\n"
    "node_vmstat_pgpgin 7344136\n"
    "node_vmstat_pgpgout 1541180581\n"
    "node_vmstat_pswpin 1476\n"
    "node_vmstat_pswpout 52\n";

TEST(VmstatTest, ReportsTheFieldsOfTheDefaultPattern) {
  HostTree host;
  host.WriteProc("vmstat", kVmstat);
  CollectorHarness vmstat("vmstat", host);
  EXPECT_EQ(vmstat.Run(), kDefaults);
  EXPECT_EQ(vmstat.Run(), kDefaults);
  EXPECT_EQ(vmstat.status(), Status());
  EXPECT_EQ(vmstat.AllocationsOnceWarm(), 0U);
}

TEST(VmstatTest, ReportsTheFieldsThatAreAskedFor) {
  HostTree host;
  host.WriteProc("vmstat", kVmstat);
  CollectorHarness vmstat("vmstat", host, {{"collector.vmstat.fields", "^(nr_|thp)"}});
  EXPECT_EQ(vmstat.Run(),
            "node_vmstat_nr_free_pages 977769\n"
            "node_vmstat_thp_fault_alloc 142\n");
}

TEST(VmstatTest, FollowsLinesThatComeAndGo) {
  HostTree host;
  host.WriteProc("vmstat", kVmstat);
  CollectorHarness vmstat("vmstat", host);
  vmstat.Run();
  host.WriteProc("vmstat", "pswpin 1\nnr_free_pages 2\npgfault 3\n");
  EXPECT_EQ(vmstat.Run(), "node_vmstat_pgfault 3\nnode_vmstat_pswpin 1\n");
  host.WriteProc("vmstat", kVmstat);
  EXPECT_EQ(vmstat.Run(), kDefaults);
}

TEST(VmstatTest, MakesAMetricNameOfAnyField) {
  HostTree host;
  host.WriteProc("vmstat", "pgpg-in.x 5\n");
  EXPECT_EQ(CollectorHarness("vmstat", host).Run(), "node_vmstat_pgpg_in_x 5\n");
}

TEST(VmstatTest, NamesTheLineItCannotReadIfItIsWanted) {
  HostTree host;
  for (const char* bad : {"pgpgin\n", "pgpgin \n", "pgpgin many\n", "pgpgin 1 2\n"}) {
    host.WriteProc("vmstat", std::string("\nnr_other x\npswpin 1\n") + bad);
    CollectorHarness vmstat("vmstat", host);
    EXPECT_EQ(vmstat.Run(), "node_vmstat_pswpin 1\n");
    EXPECT_EQ(vmstat.status().code(), ErrorCode::kParse) << bad;
    EXPECT_NE(vmstat.status().message().find("cannot parse pgpgin in"), std::string::npos);
  }
}

TEST(VmstatTest, IsAbsentWithoutTheFile) {
  HostTree host;
  CollectorHarness vmstat("vmstat", host);
  EXPECT_EQ(vmstat.Run(), "");
  EXPECT_EQ(vmstat.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
