#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

class KsmdTest : public testing::Test {
 protected:
  void Write(const std::string& file, const std::string& value) {
    host_.WriteSys("kernel/mm/ksm/" + file, value + "\n");
  }
  void WriteAll() {
    for (const auto& [file, value] : {std::pair{"full_scans", "323"},
                                      {"general_profit", "1048576"},
                                      {"merge_across_nodes", "1"},
                                      {"pages_shared", "1"},
                                      {"pages_sharing", "255"},
                                      {"pages_to_scan", "100"},
                                      {"pages_unshared", "18446744073709"},
                                      {"pages_volatile", "0"},
                                      {"run", "2"},
                                      {"sleep_millisecs", "20"}}) {
      Write(file, value);
    }
  }

  HostTree host_;
};

TEST_F(KsmdTest, ReportsEveryFile) {
  WriteAll();
  CollectorHarness ksmd("ksmd", host_);
  EXPECT_EQ(ksmd.Run(),
            "node_ksmd_full_scans_total 323\n"
            "node_ksmd_general_profit_bytes 1048576\n"
            "node_ksmd_merge_across_nodes 1\n"
            "node_ksmd_pages_shared 1\n"
            "node_ksmd_pages_sharing 255\n"
            "node_ksmd_pages_to_scan 100\n"
            "node_ksmd_pages_unshared 18446744073709\n"
            "node_ksmd_pages_volatile 0\n"
            "node_ksmd_run 2\n"
            "node_ksmd_sleep_seconds 0.02\n");
  EXPECT_EQ(ksmd.status(), Status());
  EXPECT_EQ(ksmd.AllocationsOnceWarm(), 0U);
}

TEST_F(KsmdTest, ReportsALossAsANegativeProfit) {
  Write("general_profit", "-4096");
  EXPECT_EQ(CollectorHarness("ksmd", host_).Run(), "node_ksmd_general_profit_bytes -4096\n");
}

TEST_F(KsmdTest, LeavesOutWhatTheKernelDoesNotHave) {
  WriteAll();
  host_.Remove("sys/kernel/mm/ksm/general_profit");
  host_.Remove("sys/kernel/mm/ksm/merge_across_nodes");
  CollectorHarness ksmd("ksmd", host_);
  const std::string samples = ksmd.Run();
  EXPECT_EQ(ksmd.status(), Status());
  EXPECT_THAT(samples, Not(HasSubstr("profit")));
  EXPECT_THAT(samples, Not(HasSubstr("across")));
  EXPECT_THAT(samples, HasSubstr("node_ksmd_sleep_seconds 0.02\n"));
  EXPECT_EQ(ksmd.AllocationsOnceWarm(), 0U);
}

TEST_F(KsmdTest, NamesTheFileThatIsWrong) {
  for (const std::string bad : {"", "many", "1 2", "9223372036854775808"}) {
    WriteAll();
    Write("pages_shared", bad);
    CollectorHarness ksmd("ksmd", host_);
    EXPECT_THAT(ksmd.Run(), Not(HasSubstr("pages_shared")));
    EXPECT_EQ(ksmd.status().code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(ksmd.status().message(),
                HasSubstr("mm/ksm/pages_shared: cannot parse number in \"" + bad + "\""));
  }
}

TEST_F(KsmdTest, IsAbsentOnAKernelWithoutIt) {
  CollectorHarness ksmd("ksmd", host_);
  EXPECT_EQ(ksmd.Run(), "");
  EXPECT_EQ(ksmd.status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(ksmd.status().message(), HasSubstr("/kernel/mm/ksm"));
}

}  // namespace
}  // namespace hostpulse
