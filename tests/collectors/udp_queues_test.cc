#include <gtest/gtest.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

constexpr std::string_view kHeading =
    "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode ref pointer drops             \n";

std::string Socket(std::string_view queues) {
  return "  413: 0100007F:0035 00000000:0000 07 " + std::string(queues) +
         " 00:00000000 00000000   101        0 20100 2 0000000000000000 0        \n";
}

TEST(UdpQueuesTest, SumsBothVersionsOfIp) {
  HostTree host;
  host.WriteProc("net/udp",
                 std::string(kHeading) + Socket("00000000:00000001") + Socket("00000015:000000ff"));
  host.WriteProc("net/udp6", std::string(kHeading) + Socket("00000003:00000000"));
  CollectorHarness queues("udp_queues", host);
  EXPECT_EQ(queues.Run(),
            "node_udp_queues{ip=\"v4\",queue=\"rx\"} 256\n"
            "node_udp_queues{ip=\"v4\",queue=\"tx\"} 21\n"
            "node_udp_queues{ip=\"v6\",queue=\"rx\"} 0\n"
            "node_udp_queues{ip=\"v6\",queue=\"tx\"} 3\n");
  EXPECT_EQ(queues.status(), Status());
}

TEST(UdpQueuesTest, IsContentWithOneVersion) {
  HostTree host;
  host.WriteProc("net/udp6", kHeading);
  CollectorHarness v6("udp_queues", host);
  EXPECT_EQ(
      v6.Run(),
      "node_udp_queues{ip=\"v6\",queue=\"rx\"} 0\nnode_udp_queues{ip=\"v6\",queue=\"tx\"} 0\n");
  EXPECT_EQ(v6.status(), Status());

  host.Remove("proc/net/udp6");
  host.WriteProc("net/udp", kHeading);
  CollectorHarness v4("udp_queues", host);
  EXPECT_EQ(
      v4.Run(),
      "node_udp_queues{ip=\"v4\",queue=\"rx\"} 0\nnode_udp_queues{ip=\"v4\",queue=\"tx\"} 0\n");
  EXPECT_EQ(v4.status(), Status());
}

TEST(UdpQueuesTest, IsAbsentWithoutBoth) {
  HostTree host;
  CollectorHarness queues("udp_queues", host);
  EXPECT_EQ(queues.Run(), "");
  EXPECT_EQ(queues.status().code(), ErrorCode::kAbsent);
}

TEST(UdpQueuesTest, AddsUpAHundredThousandSockets) {
  HostTree host;
  std::string text(kHeading);
  for (int i = 0; i < 100'000; ++i) text += Socket("00000001:00000002");
  host.WriteProc("net/udp", text);
  CollectorHarness queues("udp_queues", host);
  EXPECT_EQ(queues.Run(),
            "node_udp_queues{ip=\"v4\",queue=\"rx\"} 200000\n"
            "node_udp_queues{ip=\"v4\",queue=\"tx\"} 100000\n");
}

TEST(UdpQueuesTest, NamesTheLineItCannotRead) {
  HostTree host;
  CollectorHarness queues("udp_queues", host);
  for (const std::string& line : {Socket("00000000"), Socket("0:x"), Socket("10000000000000000:0"),
                                  std::string("  413: 01")}) {
    host.WriteProc("net/udp", std::string(kHeading) + line);
    EXPECT_EQ(queues.Run(), "") << line;
    EXPECT_EQ(queues.status().code(), ErrorCode::kParse) << line;
    EXPECT_NE(queues.status().message().find("tx_queue:rx_queue in \"  413: 01"),
              std::string::npos);
  }
}

TEST(UdpQueuesTest, AllocatesNothingOnceWarm) {
  HostTree host;
  host.WriteProc("net/udp", std::string(kHeading) + Socket("00000000:00000001"));
  EXPECT_EQ(CollectorHarness("udp_queues", host).AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
