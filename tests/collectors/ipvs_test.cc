#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

constexpr std::string_view kFlag = "collector.ipvs.backend-labels";

constexpr std::string_view kTotals =
    "node_ipvs_connections_total 23765872\n"
    "node_ipvs_incoming_bytes_total 89991519156915\n"
    "node_ipvs_incoming_packets_total 3811989221\n"
    "node_ipvs_outgoing_bytes_total 18446744073709551616\n"
    "node_ipvs_outgoing_packets_total 10\n";

class IpvsTest : public testing::Test {
 protected:
  IpvsTest() {
    host_.WriteProc("net/ip_vs_stats",
                    "   Total Incoming Outgoing         Incoming         Outgoing\n"
                    "   Conns  Packets  Packets            Bytes            Bytes\n"
                    " 16AA370 E33656E5        A     51D8C8883AB3 FFFFFFFFFFFFFFFF\n"
                    "\n"
                    " Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n"
                    "       4    1FB3C        0          1282A8F                0\n");
    WriteServices(
        "TCP  C0A80016:0CEA wlc  \n"
        "  -> C0A85216:0CEA      Tunnel  100    248        2         \n"
        "  -> C0A85318:0CEA      Tunnel  50     1          0         \n"
        "FWM  10001000 wlc  \n"
        "  -> C0A85216:0CEA      Route   20     64         1\n");
  }
  void WriteServices(std::string_view services) {
    host_.WriteProc("net/ip_vs",
                    std::string("IP Virtual Server version 1.2.1 (size=4096)\n"
                                "Prot LocalAddress:Port Scheduler Flags\n"
                                "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n")
                        .append(services));
  }
  // What is said of the backends where they have only some of the labels.
  std::string BackendsBy(std::string_view labels) {
    CollectorHarness ipvs("ipvs", host_, {{kFlag, labels}});
    ipvs.AllowForeignFamilies();
    const std::string text = ipvs.Run();
    EXPECT_EQ(ipvs.status(), Status());
    EXPECT_THAT(text, testing::EndsWith(kTotals));
    return text.substr(0, text.size() - std::min(text.size(), kTotals.size()));
  }

  HostTree host_;
};

TEST_F(IpvsTest, ReportsTotalsAndBackends) {
  CollectorHarness ipvs("ipvs", host_);
  const std::string mysql =
      "{local_address=\"192.168.0.22\",local_mark=\"\",local_port=\"3306\",proto=\"TCP\","
      "remote_address=\"192.168.82.22\",remote_port=\"3306\"} ";
  const std::string other =
      "{local_address=\"192.168.0.22\",local_mark=\"\",local_port=\"3306\",proto=\"TCP\","
      "remote_address=\"192.168.83.24\",remote_port=\"3306\"} ";
  const std::string mark =
      "{local_address=\"\",local_mark=\"10001000\",local_port=\"0\",proto=\"FWM\","
      "remote_address=\"192.168.82.22\",remote_port=\"3306\"} ";
  const std::string active = "node_ipvs_backend_connections_active";
  const std::string inactive = "node_ipvs_backend_connections_inactive";
  const std::string weight = "node_ipvs_backend_weight";
  EXPECT_EQ(ipvs.Run(), active + mark + "64\n" + active + mysql + "248\n" + active + other + "1\n" +
                            inactive + mark + "1\n" + inactive + mysql + "2\n" + inactive + other +
                            "0\n" + weight + mark + "20\n" + weight + mysql + "100\n" + weight +
                            other + "50\n" + std::string(kTotals));
  EXPECT_EQ(ipvs.status(), Status());
  EXPECT_EQ(ipvs.AllocationsOnceWarm(), 0U);
}

TEST_F(IpvsTest, SumsBackendsThatDifferInNoLabelItWasAskedFor) {
  EXPECT_EQ(BackendsBy("remote_address"),
            "node_ipvs_backend_connections_active{remote_address=\"192.168.82.22\"} 312\n"
            "node_ipvs_backend_connections_active{remote_address=\"192.168.83.24\"} 1\n"
            "node_ipvs_backend_connections_inactive{remote_address=\"192.168.82.22\"} 3\n"
            "node_ipvs_backend_connections_inactive{remote_address=\"192.168.83.24\"} 0\n"
            "node_ipvs_backend_weight{remote_address=\"192.168.82.22\"} 120\n"
            "node_ipvs_backend_weight{remote_address=\"192.168.83.24\"} 50\n");
  EXPECT_EQ(BackendsBy(""),
            "node_ipvs_backend_connections_active 313\n"
            "node_ipvs_backend_connections_inactive 3\n"
            "node_ipvs_backend_weight 170\n");
}

TEST_F(IpvsTest, TakesLabelsInAnyOrderAndOnce) {
  const std::string by_both = BackendsBy("proto,local_mark");
  EXPECT_THAT(by_both, HasSubstr("backend_weight{local_mark=\"10001000\",proto=\"FWM\"} 20\n"));
  EXPECT_EQ(BackendsBy("local_mark,,proto,local_mark,"), by_both);
}

TEST_F(IpvsTest, RefusesALabelThatItDoesNotHave) {
  CollectorHarness ipvs("ipvs", host_, {{kFlag, "proto,scheduler"}});
  EXPECT_EQ(ipvs.Run(), "");
  EXPECT_EQ(ipvs.status().code(), ErrorCode::kInvalid);
  EXPECT_THAT(ipvs.status().message(), HasSubstr("backend-labels: no label \"scheduler\""));
}

TEST_F(IpvsTest, FollowsBackendsThatComeAndGo) {
  CollectorHarness ipvs("ipvs", host_);
  ipvs.Run();
  WriteServices("TCP  C0A80016:0CEA wlc  \n  -> C0A85216:0CEA      Tunnel  10     7        2\n");
  const std::string text = ipvs.Run();
  EXPECT_THAT(text, HasSubstr("remote_address=\"192.168.82.22\",remote_port=\"3306\"} 7\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("192.168.83.24")));
  WriteServices("");
  EXPECT_EQ(ipvs.Run(), kTotals);
  EXPECT_EQ(ipvs.status(), Status());
}

TEST_F(IpvsTest, ReportsTheTotalsWhereTheTableIsNotWhatItShouldBe) {
  WriteServices(
      "TCP  C0A80016:0CEA wlc  \n"
      "  -> C0A85216:0CEA      Tunnel  100    248        2\n"
      "  -> C0A85216:0CEA      Tunnel  many   248        2\n");
  CollectorHarness ipvs("ipvs", host_);
  EXPECT_EQ(ipvs.Run(), kTotals);
  EXPECT_EQ(ipvs.status().code(), ErrorCode::kParse);
  EXPECT_THAT(ipvs.status().message(), HasSubstr("net/ip_vs: cannot parse backend in \"  -> "));
  host_.Remove("proc/net/ip_vs");
  CollectorHarness without("ipvs", host_);
  EXPECT_EQ(without.Run(), kTotals);
  EXPECT_EQ(without.status().code(), ErrorCode::kAbsent);
}

TEST_F(IpvsTest, NamesTheTotalThatIsWrong) {
  for (const char* bad : {"a\nb\n 1 2 3 4\n", "a\nb\n 1 2 3 4 x\n", "a\nb\n\n", "a\nb\n", "",
                          "a\nb\n 1 2 3 10000000000000000 5\n"}) {
    host_.WriteProc("net/ip_vs_stats", bad);
    CollectorHarness ipvs("ipvs", host_);
    EXPECT_EQ(ipvs.Run(), "") << bad;
    EXPECT_EQ(ipvs.status().code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(ipvs.status().message(), HasSubstr("ip_vs_stats")) << bad;
  }
}

TEST_F(IpvsTest, IsAbsentWithoutTheModule) {
  HostTree bare;
  CollectorHarness ipvs("ipvs", bare);
  EXPECT_EQ(ipvs.Run(), "");
  EXPECT_EQ(ipvs.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
