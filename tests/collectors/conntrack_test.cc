#include <gtest/gtest.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

constexpr std::string_view kHeading =
    "entries  clashres found new invalid ignore delete chainlength insert insert_failed drop "
    "early_drop icmp_error  expect_new expect_create expect_delete search_restart\n";

class ConntrackTest : public ::testing::Test {
 protected:
  void WriteCounts() {
    host_.WriteProc("sys/net/netfilter/nf_conntrack_count", "123\n");
    host_.WriteProc("sys/net/netfilter/nf_conntrack_max", "65536\n");
  }
  void WriteStat(std::string_view rows) {
    host_.WriteProc("net/stat/nf_conntrack", std::string(kHeading) + std::string(rows));
  }

  HostTree host_;
  CollectorHarness conntrack_{"conntrack", host_};
};

constexpr std::string_view kRow =
    "00000021 00000002 00000003 00000004 00000005 00000006 00000007 00000008 00000009 0000000a "
    "0000000b 0000000c 0000000d  0000000e 0000000f 00000010 00000011\n";

TEST_F(ConntrackTest, SumsTheCpus) {
  WriteCounts();
  WriteStat(std::string(kRow) + std::string(kRow));
  EXPECT_EQ(conntrack_.Run(),
            "node_nf_conntrack_entries 123\n"
            "node_nf_conntrack_entries_limit 65536\n"
            "node_nf_conntrack_stat_drop 22\n"
            "node_nf_conntrack_stat_early_drop 24\n"
            "node_nf_conntrack_stat_found 6\n"
            "node_nf_conntrack_stat_ignore 12\n"
            "node_nf_conntrack_stat_insert 18\n"
            "node_nf_conntrack_stat_insert_failed 20\n"
            "node_nf_conntrack_stat_invalid 10\n"
            "node_nf_conntrack_stat_search_restart 34\n");
  EXPECT_EQ(conntrack_.status(), Status());
}

TEST_F(ConntrackTest, FindsColumnsByName) {
  WriteCounts();
  host_.WriteProc("net/stat/nf_conntrack", "entries drop\n00000001 000000ff\n");
  EXPECT_EQ(conntrack_.Run(),
            "node_nf_conntrack_entries 123\n"
            "node_nf_conntrack_entries_limit 65536\n"
            "node_nf_conntrack_stat_drop 255\n");
}

TEST_F(ConntrackTest, IsAbsentWithoutTheModule) {
  EXPECT_EQ(conntrack_.Run(), "");
  EXPECT_EQ(conntrack_.status().code(), ErrorCode::kAbsent);
}

TEST_F(ConntrackTest, KeepsTheEntriesWhereStatisticsAreAbsent) {
  WriteCounts();
  EXPECT_EQ(conntrack_.Run(),
            "node_nf_conntrack_entries 123\nnode_nf_conntrack_entries_limit 65536\n");
  EXPECT_EQ(conntrack_.status().code(), ErrorCode::kAbsent);
}

TEST_F(ConntrackTest, NamesWhatItCannotRead) {
  WriteCounts();
  WriteStat("00000021 zz\n");
  conntrack_.Run();
  EXPECT_EQ(conntrack_.status().code(), ErrorCode::kParse);
  EXPECT_NE(conntrack_.status().message().find("clashres in \"00000021 zz\""), std::string::npos);

  WriteStat(kRow.substr(0, 40));
  conntrack_.Run();
  EXPECT_EQ(conntrack_.status().code(), ErrorCode::kParse);

  host_.WriteProc("net/stat/nf_conntrack", "");
  conntrack_.Run();
  EXPECT_EQ(conntrack_.status().code(), ErrorCode::kParse);

  host_.WriteProc("sys/net/netfilter/nf_conntrack_count", "12x\n");
  EXPECT_EQ(conntrack_.Run(), "");
  EXPECT_EQ(conntrack_.status().code(), ErrorCode::kParse);
}

TEST_F(ConntrackTest, AllocatesNothingOnceWarm) {
  WriteCounts();
  WriteStat(kRow);
  EXPECT_EQ(conntrack_.AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
