#include "collectors/arp.h"

#include <gtest/gtest.h>
#include <linux/neighbour.h>
#include <sys/socket.h>

#include "tests/support/collector_harness.h"
#include "tests/support/fake_netlink.h"

namespace hostpulse {
namespace {

using collectors::CollectorContext;

constexpr std::string_view kHeading =
    "IP address       HW type     Flags       HW address            Mask     Device\n";

std::string Row(std::string_view address, std::string_view device) {
  return std::string(address) + "  0x1  0x2  02:fc:00:00:00:05  *  " + std::string(device) + "\n";
}

NetlinkBody NeighbourOf(int index, std::uint16_t state, unsigned char family = AF_INET) {
  ndmsg header{};
  header.ndm_family = family;
  header.ndm_ifindex = index;
  header.ndm_state = state;
  return NetlinkBody(header);
}

// The collector on a fake kernel.
class NetlinkArpTest : public ::testing::Test {
 protected:
  NetlinkArpTest() {
    arp_.MakeWith([this](const CollectorContext& context) {
      return collectors::MakeArp(context, kernel_.rtnetlink());
    });
    kernel_.Name(2, "eth0");
    kernel_.Name(3, "wlan0");
  }
  void Neighbour(int index, std::uint16_t state, unsigned char family = AF_INET) {
    kernel_.Answer(RTM_GETNEIGH, RTM_NEWNEIGH, NeighbourOf(index, state, family));
  }

  FakeNetlink kernel_;
  HostTree host_;
  CollectorHarness arp_{"arp", host_};
};

TEST_F(NetlinkArpTest, CountsNeighboursPerInterface) {
  Neighbour(2, NUD_REACHABLE);
  Neighbour(3, NUD_STALE);
  Neighbour(2, NUD_FAILED);
  EXPECT_EQ(arp_.Run(),
            "node_arp_entries{device=\"eth0\"} 2\nnode_arp_entries{device=\"wlan0\"} 1\n");
  EXPECT_EQ(arp_.status(), Status());
}

TEST_F(NetlinkArpTest, AsksForIpv4AndTakesNothingElse) {
  Neighbour(2, NUD_REACHABLE);
  Neighbour(2, NUD_REACHABLE, AF_INET6);
  Neighbour(2, NUD_NOARP);
  EXPECT_EQ(arp_.Run(), "node_arp_entries{device=\"eth0\"} 1\n");
  const auto request = kernel_.Request(RTM_GETNEIGH);
  ASSERT_EQ(request.size(), sizeof(ndmsg));
  EXPECT_EQ(std::to_integer<int>(request[0]), AF_INET);
}

TEST_F(NetlinkArpTest, LeavesOutAnInterfaceThatLeft) {
  Neighbour(9, NUD_REACHABLE);
  Neighbour(2, NUD_REACHABLE);
  EXPECT_EQ(arp_.Run(), "node_arp_entries{device=\"eth0\"} 1\n");
  kernel_.Forget(RTM_GETNEIGH);
  EXPECT_EQ(arp_.Run(), "");
  EXPECT_EQ(arp_.status(), Status());
}

TEST_F(NetlinkArpTest, StartsFromZeroAfterAFailure) {
  Neighbour(2, NUD_REACHABLE);
  kernel_.Fail({ErrorCode::kIo, "netlink: broken"});
  EXPECT_EQ(arp_.Run(), "");
  EXPECT_EQ(arp_.status().code(), ErrorCode::kIo);
  kernel_.Fail({});
  EXPECT_EQ(arp_.Run(), "node_arp_entries{device=\"eth0\"} 1\n");
}

TEST_F(NetlinkArpTest, AllocatesNothingOnceWarm) {
  Neighbour(2, NUD_REACHABLE);
  Neighbour(3, NUD_REACHABLE);
  EXPECT_EQ(arp_.AllocationsOnceWarm(), 0U);
}

TEST(ArpTest, AsksTheKernelByDefault) {
  HostTree host;
  CollectorHarness arp("arp", host);
  arp.Run();
  EXPECT_EQ(arp.status(), Status());
}

TEST(ProcArpTest, CountsRowsPerInterface) {
  HostTree host;
  host.WriteProc("net/arp", std::string(kHeading) + Row("192.0.2.1", "eth0") +
                                Row("192.0.2.9", "br-lan") + Row("192.0.2.2", "eth0"));
  CollectorHarness arp("arp", host, {{"collector.arp.netlink", "false"}});
  EXPECT_EQ(arp.Run(),
            "node_arp_entries{device=\"br-lan\"} 1\nnode_arp_entries{device=\"eth0\"} 2\n");
  host.WriteProc("net/arp", std::string(kHeading) + Row("192.0.2.1", "eth0"));
  EXPECT_EQ(arp.Run(), "node_arp_entries{device=\"eth0\"} 1\n");
}

TEST(ProcArpTest, Filters) {
  HostTree host;
  host.WriteProc("net/arp",
                 std::string(kHeading) + Row("192.0.2.1", "eth0") + Row("192.0.2.9", "veth1"));
  CollectorHarness included(
      "arp", host, {{"collector.arp.netlink", "false"}, {"collector.arp.device-include", "^veth"}});
  EXPECT_EQ(included.Run(), "node_arp_entries{device=\"veth1\"} 1\n");
  CollectorHarness excluded(
      "arp", host, {{"collector.arp.netlink", "false"}, {"collector.arp.device-exclude", "^veth"}});
  EXPECT_EQ(excluded.Run(), "node_arp_entries{device=\"eth0\"} 1\n");
}

TEST(ProcArpTest, RefusesBothFilters) {
  HostTree host;
  CollectorHarness arp(
      "arp", host, {{"collector.arp.device-include", "a"}, {"collector.arp.device-exclude", "b"}});
  arp.Run();
  EXPECT_EQ(arp.status().code(), ErrorCode::kInvalid);
}

TEST(ProcArpTest, NamesTheLineThatIsCutOff) {
  HostTree host;
  host.WriteProc("net/arp",
                 std::string(kHeading) + Row("192.0.2.1", "eth0") + "192.0.2.2  0x1  0x2");
  CollectorHarness arp("arp", host, {{"collector.arp.netlink", "false"}});
  EXPECT_EQ(arp.Run(), "");
  EXPECT_EQ(arp.status().code(), ErrorCode::kParse);
  EXPECT_NE(arp.status().message().find("Device in \"192.0.2.2  0x1  0x2\""), std::string::npos);
  host.WriteProc("net/arp", std::string(kHeading) + Row("192.0.2.1", "eth0"));
  EXPECT_EQ(arp.Run(), "node_arp_entries{device=\"eth0\"} 1\n");
}

TEST(ProcArpTest, TakesAnEmptyTableAndAMissingFile) {
  HostTree host;
  CollectorHarness arp("arp", host, {{"collector.arp.netlink", "false"}});
  arp.Run();
  EXPECT_EQ(arp.status().code(), ErrorCode::kAbsent);
  host.WriteProc("net/arp", kHeading);
  EXPECT_EQ(arp.Run(), "");
  EXPECT_EQ(arp.status(), Status());
}

TEST(ProcArpTest, AllocatesNothingOnceWarm) {
  HostTree host;
  host.WriteProc("net/arp",
                 std::string(kHeading) + Row("192.0.2.1", "eth0") + Row("192.0.2.9", "veth1"));
  CollectorHarness arp("arp", host, {{"collector.arp.netlink", "false"}});
  EXPECT_EQ(arp.AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
