#include <gtest/gtest.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

constexpr std::string_view kNetstat =
    "TcpExt: SyncookiesSent ListenDrops PAWSActive TCPTimeouts\n"
    "TcpExt: 1 2 3 9007199254740992\n"
    "IpExt: InNoRoutes InOctets OutOctets\n"
    "IpExt: 4 5 6\n";
constexpr std::string_view kSnmp =
    "Ip: Forwarding DefaultTTL\n"
    "Ip: 1 64\n"
    "Tcp: RtoAlgorithm MaxConn ActiveOpens InErrs\n"
    "Tcp: 1 -1 7 8\n"
    "UdpLite: InDatagrams InErrors\n"
    "UdpLite: 9 10\n";
constexpr std::string_view kSnmp6 =
    "Ip6InReceives                   \t7\n"
    "Ip6InOctets                     \t460\n"
    "Icmp6InMsgs                     \t11\n"
    "Udp6OutDatagrams                \t12\n"
    "UdpLite6InErrors                \t13\n";

class NetstatTest : public ::testing::Test {
 protected:
  NetstatTest() {
    host_.WriteProc("net/netstat", kNetstat);
    host_.WriteProc("net/snmp", kSnmp);
  }
  HostTree host_;
};

TEST_F(NetstatTest, PicksTheFieldsOfThePattern) {
  host_.WriteProc("net/snmp6", kSnmp6);
  CollectorHarness netstat("netstat", host_);
  EXPECT_EQ(netstat.Run(),
            "node_netstat_Icmp6_InMsgs 11\n"
            "node_netstat_Ip6_InOctets 460\n"
            "node_netstat_IpExt_InOctets 5\n"
            "node_netstat_IpExt_OutOctets 6\n"
            "node_netstat_Ip_Forwarding 1\n"
            "node_netstat_TcpExt_ListenDrops 2\n"
            "node_netstat_TcpExt_SyncookiesSent 1\n"
            "node_netstat_TcpExt_TCPTimeouts 9007199254740992\n"
            "node_netstat_Tcp_ActiveOpens 7\n"
            "node_netstat_Tcp_InErrs 8\n"
            "node_netstat_Udp6_OutDatagrams 12\n"
            "node_netstat_UdpLite6_InErrors 13\n"
            "node_netstat_UdpLite_InErrors 10\n");
  EXPECT_EQ(netstat.status(), Status());
  for (const FamilyView& family : netstat.families()) EXPECT_EQ(family.type, kUntyped);
}

TEST_F(NetstatTest, TakesWhatHasJustBeenRead) {
  FakeClock clock;
  RecentText read;
  CollectorHarness netstat("netstat", host_, {{"collector.netstat.fields", "^IpExt_InOctets$"}});
  netstat.MakeWith([&](const collectors::CollectorContext& context) {
    return collectors::FindCollector("netstat")->make({context.paths, context.flags,
                                                       context.descriptors, clock, context.log,
                                                       context.enabled, &read});
  });
  EXPECT_EQ(netstat.Run(), "node_netstat_IpExt_InOctets 5\n");
  read.Note("IpExt: InOctets\nIpExt: 77\n", clock.Monotonic());
  EXPECT_EQ(netstat.Run(), "node_netstat_IpExt_InOctets 77\n");
  clock.Advance(RecentText::kFresh + std::chrono::nanoseconds(1));
  EXPECT_EQ(netstat.Run(), "node_netstat_IpExt_InOctets 5\n");
  read.Note("no heading\n", clock.Monotonic());
  netstat.Run();
  EXPECT_EQ(netstat.status().code(), ErrorCode::kParse);
}

TEST_F(NetstatTest, TakesAnotherPatternAndNegativeNumbers) {
  CollectorHarness netstat("netstat", host_, {{"collector.netstat.fields", "^Tcp_.*o"}});
  EXPECT_EQ(netstat.Run(), "node_netstat_Tcp_MaxConn -1\nnode_netstat_Tcp_RtoAlgorithm 1\n");
}

TEST_F(NetstatTest, IsContentWithoutIpv6ButNotWithoutTheRest) {
  CollectorHarness netstat("netstat", host_);
  netstat.KeepDescriptors(0);
  netstat.Run();
  EXPECT_EQ(netstat.status(), Status());
  host_.Remove("proc/net/snmp");
  netstat.Run();
  EXPECT_EQ(netstat.status().code(), ErrorCode::kAbsent);
  EXPECT_NE(netstat.status().message().find("net/snmp"), std::string::npos);
}

TEST_F(NetstatTest, FollowsHeadingsThatChange) {
  CollectorHarness netstat("netstat", host_, {{"collector.netstat.fields", "^(A|B|C6)_x$"}});
  host_.WriteProc("net/snmp", "");
  host_.WriteProc("net/netstat", "A: x y\nA: 1 2\n");
  host_.WriteProc("net/snmp6", "C6x 5\n");
  EXPECT_EQ(netstat.Run(), "node_netstat_A_x 1\nnode_netstat_C6_x 5\n");
  host_.WriteProc("net/netstat", "A: w y x\nA: 1 2 3\nB: x\nB: 4\n");
  host_.WriteProc("net/snmp6", "C6y 5\nC6x 6\n");
  EXPECT_EQ(netstat.Run(), "node_netstat_A_x 3\nnode_netstat_B_x 4\nnode_netstat_C6_x 6\n");
  host_.WriteProc("net/netstat", "B: x\nB: 7\n");
  host_.WriteProc("net/snmp6", "C6y 5\n");
  EXPECT_EQ(netstat.Run(), "node_netstat_B_x 7\n");
}

TEST_F(NetstatTest, NamesTheLineItCannotRead) {
  CollectorHarness netstat("netstat", host_);
  const auto error_of = [&](std::string_view content) {
    host_.WriteProc("net/netstat", content);
    netstat.Run();
    EXPECT_EQ(netstat.status().code(), ErrorCode::kParse) << content;
    return netstat.status().message();
  };
  EXPECT_NE(error_of("IpExt: InOctets OutOctets\nIpExt: 5\n").find("a value for each name"),
            std::string::npos);
  EXPECT_NE(error_of("IpExt: InOctets\nIpExt: 5 6\n").find("a value for each name"),
            std::string::npos);
  EXPECT_NE(error_of("IpExt: InOctets\nIpExt: five\n").find("IpExt_InOctets in \"IpExt: five\""),
            std::string::npos);
  EXPECT_NE(error_of("IpExt: InOctets\nIpExt: 18446744073709551616\n").find("IpExt_InOctets"),
            std::string::npos);
  EXPECT_NE(error_of("IpExt: InOctets\nTcpExt: 5\n").find("the values below IpExt: InOctets"),
            std::string::npos);
  EXPECT_NE(error_of("IpExt: InOctets\n").find("the values below"), std::string::npos);
  EXPECT_NE(error_of("wat\n").find("heading in \"wat\""), std::string::npos);
}

TEST_F(NetstatTest, NamesTheLineOfIpv6ItCannotRead) {
  host_.WriteProc("net/snmp6", "Ip6InReceives x\nIp6InOctets\n");
  CollectorHarness netstat("netstat", host_);
  netstat.Run();
  EXPECT_EQ(netstat.status().code(), ErrorCode::kParse);
  EXPECT_NE(netstat.status().message().find("Ip6_InOctets in \"Ip6InOctets\""), std::string::npos);
}

TEST_F(NetstatTest, AllocatesNothingOnceWarm) {
  host_.WriteProc("net/snmp6", kSnmp6);
  EXPECT_EQ(CollectorHarness("netstat", host_).AllocationsOnceWarm(), 0U);
  host_.Remove("proc/net/snmp6");
  EXPECT_EQ(CollectorHarness("netstat", host_).AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
