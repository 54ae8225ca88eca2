#include "collectors/ipvs_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hostpulse::collectors {
namespace {

using testing::ElementsAre;

constexpr std::string_view kHeading =
    "IP Virtual Server version 1.2.1 (size=4096)\n"
    "Prot LocalAddress:Port Scheduler Flags\n"
    "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n";

// Each backend as its labels, then weight and connections.
std::vector<std::string> BackendsOf(std::string_view services, Status& status) {
  std::vector<std::string> backends;
  const std::string text = std::string(kHeading).append(services);
  status = ForEachIpvsBackend(text, "/proc/net/ip_vs", [&](const IpvsBackend& backend) {
    std::string line;
    for (const std::string_view label : backend.labels) line.append(label).append("|");
    backends.push_back(line + std::to_string(backend.weight) + " " +
                       std::to_string(backend.active_connections) + " " +
                       std::to_string(backend.inactive_connections));
  });
  return backends;
}

std::vector<std::string> BackendsOf(std::string_view services) {
  Status status;
  auto backends = BackendsOf(services, status);
  EXPECT_EQ(status, Status());
  return backends;
}

TEST(IpvsTableTest, ReadsServicesOfEveryProtocol) {
  EXPECT_THAT(BackendsOf("TCP  C0A80016:0CEA wlc  \n"
                         "  -> C0A85216:0CEA      Tunnel  100    248        2         \n"
                         "UDP  C0A80037:0035 wlc persistent 300 FFFFFFFF \n"
                         "  -> C0A83215:0CEB      Masq    0      0          499\n"
                         "SCTP 0A000001:FFFF rr  \n"
                         "  -> 0A000002:0001      Route   1      2          3\n"),
              ElementsAre("192.168.0.22||3306|TCP|192.168.82.22|3306|100 248 2",
                          "192.168.0.55||53|UDP|192.168.50.21|3307|0 0 499",
                          "10.0.0.1||65535|SCTP|10.0.0.2|1|1 2 3"));
}

TEST(IpvsTableTest, ReadsServicesByFirewallMark) {
  EXPECT_THAT(BackendsOf("FWM  10001000 wlc  \n"
                         "  -> C0A8321A:0CEA      Route   20     64         1\n"
                         "TCP  C0A80016:0CEA wlc\n"
                         "  -> C0A85216:0CEA      Tunnel  100    248        2\n"),
              ElementsAre("|10001000|0|FWM|192.168.50.26|3306|20 64 1",
                          "192.168.0.22||3306|TCP|192.168.82.22|3306|100 248 2"));
}

TEST(IpvsTableTest, ReadsIPv6) {
  EXPECT_THAT(
      BackendsOf("TCP  [2620:0000:0000:0000:0000:0000:0000:0001]:0050 sh  \n"
                 "  -> [FE80:0000:0000:0000:0123:4567:89AB:CDEF]:0051      Tunnel  1 2 3\n"
                 "  -> [0000:0000:0000:0000:0000:0000:0000:0001]:0052      Tunnel  1 2 3\n"),
      ElementsAre("2620::1||80|TCP|fe80::123:4567:89ab:cdef|81|1 2 3",
                  "2620::1||80|TCP|::1|82|1 2 3"));
}

TEST(IpvsTableTest, HasNothingWithoutServices) {
  EXPECT_THAT(BackendsOf(""), ElementsAre());
  EXPECT_THAT(BackendsOf("TCP  C0A80016:0CEA wlc\n"), ElementsAre());
  EXPECT_EQ(ForEachIpvsBackend("", "", [](const IpvsBackend&) {}), Status());
}

TEST(IpvsTableTest, NamesTheLineThatIsWrong) {
  const std::string service = "TCP  C0A80016:0CEA wlc\n";
  for (const std::string& bad :
       {std::string("ICMP C0A80016:0CEA wlc\n"), std::string("TCP\n"), std::string("FWM\n"),
        std::string("TCP  C0A80016 wlc\n"), std::string("TCP  C0A80016:10CEA wlc\n"),
        std::string("TCP  C0A8001:0CEA wlc\n"), std::string("TCP  C0A8001x:0CEA wlc\n"),
        std::string("TCP  [2620:0000]:0050 wlc\n"),
        std::string("TCP  [2620:0000:0000:0000:0000:0000:0000:000g]:0050 w\n"),
        std::string("  -> C0A85216:0CEA Masq 1 2 3\n"), service + "  ->\n",
        service + "  -> C0A85216:0CEA Masq 1 2\n", service + "  -> C0A85216:0CEA Masq -1 2 3\n",
        service + "  -> C0A85216:0CEA Masq 1 18446744073709551616 3\n",
        service + "  -> C0A85216:0CEA Masq 1 2 x\n"}) {
    Status status;
    EXPECT_THAT(BackendsOf(bad, status), ElementsAre()) << bad;
    EXPECT_EQ(status.code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(status.message(), testing::HasSubstr("/proc/net/ip_vs")) << bad;
  }
}

}  // namespace
}  // namespace hostpulse::collectors
