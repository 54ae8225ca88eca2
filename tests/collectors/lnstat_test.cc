#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

constexpr std::string_view kArpCache =
    "entries  allocs   destroys hash_grows lookups  hits     res_failed rcv_probes_mcast "
    "rcv_probes_ucast periodic_gc_runs forced_gc_runs unresolved_discards table_fulls\n"
    "00000014 00000001 00000002 00000003   00000004 00000005 00000006   00000007         "
    "00000008         00000009         0000000a       0000000b            0000000c\n"
    "00000014 0000000d 0000000e 0000000f   00000010 00000011 00000012   00000013         "
    "00000015         00000016         00000017       00000018            ffffffffffffffff\n";

// As Linux 4.x printed it, with the columns that have gone since.
constexpr std::string_view kConntrack =
    "entries  searched found new invalid ignore delete delete_list insert insert_failed drop "
    "early_drop icmp_error  expect_new expect_create expect_delete search_restart\n"
    "00000021  00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008 00000009 "
    "0000000a 0000000b 0000000c  0000000d 0000000e 0000000f 00000010\n";

std::string Sample(std::string_view column, std::string_view cpu, std::string_view subsystem,
                   std::string_view value) {
  return "node_lnstat_" + std::string(column) + "_total{cpu=\"" + std::string(cpu) +
         "\",subsystem=\"" + std::string(subsystem) + "\"} " + std::string(value) + "\n";
}

TEST(LnstatTest, ReadsEveryColumnOfEveryTableByCpu) {
  HostTree host;
  host.WriteProc("net/stat/arp_cache", kArpCache);
  host.WriteProc("net/stat/nf_conntrack", kConntrack);
  CollectorHarness lnstat("lnstat", host);
  const std::string arp = "arp_cache";
  const std::string conntrack = "nf_conntrack";
  EXPECT_EQ(
      lnstat.Run(),
      Sample("allocs", "0", arp, "1") + Sample("allocs", "1", arp, "13") +
          Sample("delete_list", "0", conntrack, "7") + Sample("delete", "0", conntrack, "6") +
          Sample("destroys", "0", arp, "2") + Sample("destroys", "1", arp, "14") +
          Sample("drop", "0", conntrack, "10") + Sample("early_drop", "0", conntrack, "11") +
          Sample("entries", "0", arp, "20") + Sample("entries", "0", conntrack, "33") +
          Sample("entries", "1", arp, "20") + Sample("expect_create", "0", conntrack, "14") +
          Sample("expect_delete", "0", conntrack, "15") +
          Sample("expect_new", "0", conntrack, "13") + Sample("forced_gc_runs", "0", arp, "10") +
          Sample("forced_gc_runs", "1", arp, "23") + Sample("found", "0", conntrack, "2") +
          Sample("hash_grows", "0", arp, "3") + Sample("hash_grows", "1", arp, "15") +
          Sample("hits", "0", arp, "5") + Sample("hits", "1", arp, "17") +
          Sample("icmp_error", "0", conntrack, "12") + Sample("ignore", "0", conntrack, "5") +
          Sample("insert_failed", "0", conntrack, "9") + Sample("insert", "0", conntrack, "8") +
          Sample("invalid", "0", conntrack, "4") + Sample("lookups", "0", arp, "4") +
          Sample("lookups", "1", arp, "16") + Sample("new", "0", conntrack, "3") +
          Sample("periodic_gc_runs", "0", arp, "9") + Sample("periodic_gc_runs", "1", arp, "22") +
          Sample("rcv_probes_mcast", "0", arp, "7") + Sample("rcv_probes_mcast", "1", arp, "19") +
          Sample("rcv_probes_ucast", "0", arp, "8") + Sample("rcv_probes_ucast", "1", arp, "21") +
          Sample("res_failed", "0", arp, "6") + Sample("res_failed", "1", arp, "18") +
          Sample("search_restart", "0", conntrack, "16") + Sample("searched", "0", conntrack, "1") +
          Sample("table_fulls", "0", arp, "12") +
          Sample("table_fulls", "1", arp, "18446744073709551616") +
          Sample("unresolved_discards", "0", arp, "11") +
          Sample("unresolved_discards", "1", arp, "24"));
  EXPECT_EQ(lnstat.status(), Status());
}

TEST(LnstatTest, TakesColumnsItHasNeverHeardOf) {
  HostTree host;
  host.WriteProc("net/stat/synproxy", "entries\t\tsyn_received\n00000000\t00000a0b\n");
  CollectorHarness lnstat("lnstat", host);
  EXPECT_EQ(lnstat.Run(), Sample("entries", "0", "synproxy", "0") +
                              Sample("syn_received", "0", "synproxy", "2571"));
}

TEST(LnstatTest, CountsRowsAndToleratesShorterAndLongerOnes) {
  HostTree host;
  host.WriteProc("net/stat/cache", "a b\n1\n2 3 4\n");
  CollectorHarness lnstat("lnstat", host);
  EXPECT_EQ(lnstat.Run(), Sample("a", "0", "cache", "1") + Sample("a", "1", "cache", "2") +
                              Sample("b", "1", "cache", "3"));
  EXPECT_EQ(lnstat.status(), Status());
}

TEST(LnstatTest, FollowsAHeadingThatChanges) {
  HostTree host;
  host.WriteProc("net/stat/cache", "a b\n1 2\n");
  CollectorHarness lnstat("lnstat", host);
  lnstat.Run();
  host.WriteProc("net/stat/cache", "b c\n1 2\n");
  EXPECT_EQ(lnstat.Run(), Sample("b", "0", "cache", "1") + Sample("c", "0", "cache", "2"));
}

TEST(LnstatTest, ForgetsATableThatLeft) {
  HostTree host;
  host.WriteProc("net/stat/a", "x\n1\n");
  host.WriteProc("net/stat/b", "x\n2\n");
  CollectorHarness lnstat("lnstat", host);
  EXPECT_EQ(lnstat.Run(), Sample("x", "0", "a", "1") + Sample("x", "0", "b", "2"));
  host.Remove("proc/net/stat/a");
  EXPECT_EQ(lnstat.Run(), Sample("x", "0", "b", "2"));
  EXPECT_EQ(lnstat.status(), Status());
}

TEST(LnstatTest, NamesTheBadTableAndReportsTheOthers) {
  HostTree host;
  CollectorHarness lnstat("lnstat", host);
  host.WriteProc("net/stat/good", "x\n2\n");
  const auto error_of = [&](std::string_view content) {
    host.WriteProc("net/stat/bad", content);
    EXPECT_NE(lnstat.Run().find(Sample("x", "0", "good", "2")), std::string::npos);
    EXPECT_EQ(lnstat.status().code(), ErrorCode::kParse);
    return lnstat.status().message();
  };
  EXPECT_NE(error_of("x y\n1 zz\n").find("net/stat/bad: cannot parse zz in \"1 zz\""),
            std::string::npos);
  EXPECT_NE(error_of("x y\n1 -1\n").find("cannot parse -1"), std::string::npos);
  EXPECT_NE(error_of("x\n10000000000000000\n").find("10000000000000000"), std::string::npos);
  EXPECT_NE(error_of("x-y\n1\n").find("cannot parse column in \"x-y\""), std::string::npos);
  host.WriteProc("net/stat/bad", "");
  EXPECT_EQ(lnstat.Run(), Sample("x", "0", "good", "2"));
  EXPECT_EQ(lnstat.status(), Status());
}

TEST(LnstatTest, IsContentWithoutAnyTable) {
  HostTree host;
  CollectorHarness lnstat("lnstat", host);
  EXPECT_EQ(lnstat.Run(), "");
  EXPECT_EQ(lnstat.status(), Status());
}

TEST(LnstatTest, AllocatesNothingOnceWarm) {
  HostTree host;
  host.WriteProc("net/stat/arp_cache", kArpCache);
  host.WriteProc("net/stat/nf_conntrack", kConntrack);
  EXPECT_EQ(CollectorHarness("lnstat", host).AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
