#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

constexpr std::string_view kSockstat =
    "sockets: used 229\n"
    "TCP: inuse 4 orphan 1 tw 5 alloc 17 mem 2\n"
    "UDP: inuse 3 mem 0\n"
    "UDPLITE: inuse 6\n"
    "RAW: inuse 7\n"
    "FRAG: inuse 8 memory 9\n";
constexpr std::string_view kSockstat6 =
    "TCP6: inuse 17\n"
    "UDP6: inuse 9\n"
    "UDPLITE6: inuse 1\n"
    "RAW6: inuse 2\n"
    "FRAG6: inuse 3 memory 4\n";

TEST(SockstatTest, ReadsBothFiles) {
  HostTree host;
  host.WriteProc("net/sockstat", kSockstat);
  host.WriteProc("net/sockstat6", kSockstat6);
  CollectorHarness sockstat("sockstat", host);
  EXPECT_EQ(sockstat.Run(),
            "node_sockstat_FRAG6_inuse 3\n"
            "node_sockstat_FRAG6_memory 4\n"
            "node_sockstat_FRAG_inuse 8\n"
            "node_sockstat_FRAG_memory 9\n"
            "node_sockstat_RAW6_inuse 2\n"
            "node_sockstat_RAW_inuse 7\n"
            "node_sockstat_TCP6_inuse 17\n"
            "node_sockstat_TCP_alloc 17\n"
            "node_sockstat_TCP_inuse 4\n"
            "node_sockstat_TCP_mem 2\n"
            "node_sockstat_TCP_mem_bytes " +
                std::to_string(2 * ::sysconf(_SC_PAGESIZE)) +
                "\n"
                "node_sockstat_TCP_orphan 1\n"
                "node_sockstat_TCP_tw 5\n"
                "node_sockstat_UDP6_inuse 9\n"
                "node_sockstat_UDPLITE6_inuse 1\n"
                "node_sockstat_UDPLITE_inuse 6\n"
                "node_sockstat_UDP_inuse 3\n"
                "node_sockstat_UDP_mem 0\n"
                "node_sockstat_UDP_mem_bytes 0\n"
                "node_sockstat_sockets_used 229\n");
  EXPECT_EQ(sockstat.status(), Status());
}

TEST(SockstatTest, TakesAMissingFileForAHostWithoutThatIp) {
  HostTree host;
  CollectorHarness sockstat("sockstat", host);
  EXPECT_EQ(sockstat.Run(), "");
  EXPECT_EQ(sockstat.status(), Status());
  host.WriteProc("net/sockstat6", "TCP6: inuse 17\n");
  EXPECT_EQ(sockstat.Run(), "node_sockstat_TCP6_inuse 17\n");
}

TEST(SockstatTest, TakesNegativeMemoryAndPassesOverUnknownKeys) {
  HostTree host;
  host.WriteProc("net/sockstat", "sockets: used 3 free 4\nTCP: inuse 1 sleeping 2 memory -1\n");
  CollectorHarness sockstat("sockstat", host);
  EXPECT_EQ(
      sockstat.Run(),
      "node_sockstat_TCP_inuse 1\nnode_sockstat_TCP_memory -1\nnode_sockstat_sockets_used 3\n");
}

TEST(SockstatTest, NamesTheLineItCannotRead) {
  HostTree host;
  CollectorHarness sockstat("sockstat", host);
  for (const std::string_view line :
       {"TCP:", "TCP: inuse", "TCP: inuse x", "TCP: inuse 99999999999999999999", "T-P: inuse 1"}) {
    host.WriteProc("net/sockstat", line);
    sockstat.Run();
    EXPECT_EQ(sockstat.status().code(), ErrorCode::kParse) << line;
    EXPECT_NE(sockstat.status().message().find(
                  "/net/sockstat: cannot parse pairs of key and value in \"" + std::string(line)),
              std::string::npos);
  }
}

TEST(SockstatTest, DropsAProtocolThatLeft) {
  HostTree host;
  host.WriteProc("net/sockstat", "TCP: inuse 4\nDCCP: inuse 1\n");
  CollectorHarness sockstat("sockstat", host);
  EXPECT_EQ(sockstat.Run(), "node_sockstat_DCCP_inuse 1\nnode_sockstat_TCP_inuse 4\n");
  host.WriteProc("net/sockstat", "TCP: inuse 4\n");
  EXPECT_EQ(sockstat.Run(), "node_sockstat_TCP_inuse 4\n");
}

TEST(SockstatTest, AllocatesNothingOnceWarm) {
  HostTree host;
  host.WriteProc("net/sockstat", kSockstat);
  EXPECT_EQ(CollectorHarness("sockstat", host).AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
