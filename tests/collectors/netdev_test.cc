#include "collectors/netdev.h"

#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <sys/socket.h>

#include <array>

#include "tests/support/collector_harness.h"
#include "tests/support/fake_netlink.h"

namespace hostpulse {
namespace {

using collectors::CollectorContext;

// Each counter another bit, so that a sum tells its parts.
rtnl_link_stats64 Bits() {
  rtnl_link_stats64 stats{};
  __u64* const fields = &stats.rx_packets;
  for (std::size_t i = 0; i < sizeof stats / sizeof(__u64); ++i) fields[i] = __u64{1} << i;
  return stats;
}

class NetlinkNetdevTest : public ::testing::Test {
 protected:
  void Use(CollectorHarness& netdev) {
    netdev.MakeWith([this](const CollectorContext& context) {
      return collectors::MakeNetdev(context, kernel_.rtnetlink());
    });
  }
  // An interface with statistics of this type, as the kernel tells of it in both of its dumps.
  template <typename Stats>
  void LinkWith(const Stats& stats, std::uint32_t index, std::string_view name,
                std::string_view alias = "") {
    NetlinkBody link(LinkHeader(static_cast<int>(index)));
    link.Text(IFLA_IFALIAS, alias).Add(IFLA_STATS64, stats);
    kernel_.Link(index, name, std::move(link));
    if_stats_msg header{};
    header.ifindex = index;
    kernel_.Answer(RTM_GETSTATS, RTM_NEWSTATS, NetlinkBody(header).Add(IFLA_STATS_LINK_64, stats));
  }
  void Link(std::uint32_t index, std::string_view name, std::string_view alias = "") {
    LinkWith(Bits(), index, name, alias);
  }
  void ForgetLinks() {
    kernel_.Forget(RTM_GETLINK);
    kernel_.Forget(RTM_GETSTATS);
  }

  FakeNetlink kernel_;
  HostTree host_;
};

TEST_F(NetlinkNetdevTest, ReportsTheClassicSums) {
  CollectorHarness netdev("netdev", host_);
  Use(netdev);
  Link(2, "eth0");
  // Bits in the order of struct rtnl_link_stats64: 10 length, 11 over, 12 crc, 13 frame, 14 fifo,
  // 15 missed, 16 aborted, 17 carrier, 18 fifo, 19 heartbeat, 20 window.
  EXPECT_EQ(netdev.Run(),
            "node_network_receive_bytes_total{device=\"eth0\"} 4\n"
            "node_network_receive_compressed_total{device=\"eth0\"} 2097152\n"
            "node_network_receive_drop_total{device=\"eth0\"} 32832\n"
            "node_network_receive_errs_total{device=\"eth0\"} 16\n"
            "node_network_receive_fifo_total{device=\"eth0\"} 16384\n"
            "node_network_receive_frame_total{device=\"eth0\"} 15360\n"
            "node_network_receive_multicast_total{device=\"eth0\"} 256\n"
            "node_network_receive_nohandler_total{device=\"eth0\"} 8388608\n"
            "node_network_receive_packets_total{device=\"eth0\"} 1\n"
            "node_network_transmit_bytes_total{device=\"eth0\"} 8\n"
            "node_network_transmit_carrier_total{device=\"eth0\"} 1769472\n"
            "node_network_transmit_colls_total{device=\"eth0\"} 512\n"
            "node_network_transmit_compressed_total{device=\"eth0\"} 4194304\n"
            "node_network_transmit_drop_total{device=\"eth0\"} 128\n"
            "node_network_transmit_errs_total{device=\"eth0\"} 32\n"
            "node_network_transmit_fifo_total{device=\"eth0\"} 262144\n"
            "node_network_transmit_packets_total{device=\"eth0\"} 2\n");
  EXPECT_EQ(netdev.status(), Status());
}

TEST_F(NetlinkNetdevTest, ReportsEachCounterWhereDetailsAreAskedFor) {
  CollectorHarness netdev("netdev", host_, {{"collector.netdev.enable-detailed-metrics", "true"}});
  Use(netdev);
  Link(2, "eth0");
  EXPECT_EQ(netdev.Run(),
            "node_network_collisions_total{device=\"eth0\"} 512\n"
            "node_network_multicast_total{device=\"eth0\"} 256\n"
            "node_network_receive_bytes_total{device=\"eth0\"} 4\n"
            "node_network_receive_compressed_total{device=\"eth0\"} 2097152\n"
            "node_network_receive_crc_errors_total{device=\"eth0\"} 4096\n"
            "node_network_receive_dropped_total{device=\"eth0\"} 64\n"
            "node_network_receive_errors_total{device=\"eth0\"} 16\n"
            "node_network_receive_fifo_errors_total{device=\"eth0\"} 16384\n"
            "node_network_receive_frame_errors_total{device=\"eth0\"} 8192\n"
            "node_network_receive_length_errors_total{device=\"eth0\"} 1024\n"
            "node_network_receive_missed_errors_total{device=\"eth0\"} 32768\n"
            "node_network_receive_nohandler_total{device=\"eth0\"} 8388608\n"
            "node_network_receive_over_errors_total{device=\"eth0\"} 2048\n"
            "node_network_receive_packets_total{device=\"eth0\"} 1\n"
            "node_network_transmit_aborted_errors_total{device=\"eth0\"} 65536\n"
            "node_network_transmit_bytes_total{device=\"eth0\"} 8\n"
            "node_network_transmit_carrier_errors_total{device=\"eth0\"} 131072\n"
            "node_network_transmit_compressed_total{device=\"eth0\"} 4194304\n"
            "node_network_transmit_dropped_total{device=\"eth0\"} 128\n"
            "node_network_transmit_errors_total{device=\"eth0\"} 32\n"
            "node_network_transmit_fifo_errors_total{device=\"eth0\"} 262144\n"
            "node_network_transmit_heartbeat_errors_total{device=\"eth0\"} 524288\n"
            "node_network_transmit_packets_total{device=\"eth0\"} 2\n"
            "node_network_transmit_window_errors_total{device=\"eth0\"} 1048576\n");
}

TEST_F(NetlinkNetdevTest, LeavesOutWhatAnOldKernelDoesNotCount) {
  CollectorHarness netdev("netdev", host_);
  Use(netdev);
  LinkWith(std::array<std::uint64_t, 23>{}, 1, "lo");
  const std::string text = netdev.Run();
  EXPECT_EQ(text.find("nohandler"), std::string::npos);
  EXPECT_NE(text.find("node_network_receive_bytes_total{device=\"lo\"} 0\n"), std::string::npos);
}

TEST_F(NetlinkNetdevTest, AsksForStatisticsAlone) {
  CollectorHarness netdev("netdev", host_);
  Use(netdev);
  Link(2, "eth0");
  netdev.Run();
  EXPECT_TRUE(kernel_.Request(RTM_GETLINK).empty());
  if_stats_msg request{};
  const auto bytes = kernel_.Request(RTM_GETSTATS);
  ASSERT_EQ(bytes.size(), sizeof request);
  std::memcpy(&request, bytes.data(), sizeof request);
  EXPECT_EQ(request.filter_mask, unsigned{IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64)});
}

TEST_F(NetlinkNetdevTest, AsksForLinksWhereTheKernelKnowsNothingElse) {
  CollectorHarness netdev("netdev", host_);
  Use(netdev);
  Link(2, "eth0");
  kernel_.Link(3, "odd", NetlinkBody(LinkHeader(3)));
  kernel_.Forget(RTM_GETSTATS);
  kernel_.Fail(RTM_GETSTATS, {ErrorCode::kIo, "netlink(0): dump: Operation not supported"});
  const std::string text = netdev.Run();
  EXPECT_EQ(netdev.status(), Status());
  EXPECT_NE(text.find("node_network_receive_bytes_total{device=\"eth0\"} 4\n"), std::string::npos);
  EXPECT_EQ(text.find("odd"), std::string::npos);
  EXPECT_EQ(netdev.Run(), text);
}

TEST_F(NetlinkNetdevTest, DoesNotAskTwiceForADumpThatBrokeOff) {
  CollectorHarness netdev("netdev", host_);
  Use(netdev);
  Link(2, "eth0");
  kernel_.Fail(RTM_GETSTATS, {ErrorCode::kTimeout, "netlink(0): no answer in 1 s"});
  netdev.Run();
  EXPECT_EQ(netdev.status().code(), ErrorCode::kTimeout);
  EXPECT_TRUE(kernel_.Request(RTM_GETLINK).empty());
}

TEST_F(NetlinkNetdevTest, FiltersAndFollowsInterfaces) {
  CollectorHarness netdev("netdev", host_, {{"collector.netdev.device-exclude", "^veth"}});
  Use(netdev);
  Link(1, "lo");
  Link(2, "veth7");
  Link(3, "eth0");
  std::string text = netdev.Run();
  EXPECT_NE(text.find("\"lo\""), std::string::npos);
  EXPECT_NE(text.find("\"eth0\""), std::string::npos);
  EXPECT_EQ(text.find("veth7"), std::string::npos);
  ForgetLinks();
  Link(1, "lo");
  text = netdev.Run();
  EXPECT_NE(text.find("\"lo\""), std::string::npos);
  EXPECT_EQ(text.find("\"eth0\""), std::string::npos);
}

TEST_F(NetlinkNetdevTest, LabelsWithTheAlias) {
  CollectorHarness netdev("netdev", host_, {{"collector.netdev.label-ifalias", "true"}});
  Use(netdev);
  netdev.AllowForeignFamilies();  // The row describes the labels without the flag.
  Link(1, "lo");
  Link(2, "eth0", "up\nlink");
  const std::string text = netdev.Run();
  EXPECT_NE(text.find("receive_bytes_total{device=\"eth0\",ifalias=\"up\\nlink\"} 4\n"),
            std::string::npos);
  EXPECT_NE(text.find("receive_bytes_total{device=\"lo\",ifalias=\"\"} 4\n"), std::string::npos);
}

NetlinkBody AddressMessage(unsigned char family, unsigned char prefix, unsigned index) {
  ifaddrmsg header{};
  header.ifa_family = family;
  header.ifa_prefixlen = prefix;
  header.ifa_index = index;
  return NetlinkBody(header);
}

TEST_F(NetlinkNetdevTest, ReportsAddresses) {
  CollectorHarness netdev("netdev", host_, {{"collector.netdev.address-info", "true"}});
  Use(netdev);
  kernel_.Name(1, "lo");
  kernel_.Name(2, "eth0");
  const std::array<std::uint8_t, 4> home = {127, 0, 0, 1};
  const std::array<std::uint8_t, 16> v6 = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9};
  const auto answer = [&](NetlinkBody body) {
    kernel_.Answer(RTM_GETADDR, RTM_NEWADDR, std::move(body));
  };
  answer(AddressMessage(AF_INET, 8, 1).Add(IFA_ADDRESS, home));
  answer(AddressMessage(AF_INET6, 64, 2).Add(IFA_ADDRESS, v6));
  answer(AddressMessage(AF_INET6, 64, 3).Add(IFA_ADDRESS, v6));
  EXPECT_EQ(netdev.Run(),
            "node_network_address_info{address=\"127.0.0.1\",device=\"lo\",netmask=\"8\","
            "scope=\"link-local\"} 1\n"
            "node_network_address_info{address=\"2001:db8::9\",device=\"eth0\",netmask=\"64\","
            "scope=\"global\"} 1\n");
  EXPECT_EQ(netdev.AllocationsOnceWarm(), 0U);
}

TEST_F(NetlinkNetdevTest, PassesOnWhatTheKernelRefuses) {
  CollectorHarness netdev("netdev", host_);
  Use(netdev);
  kernel_.Fail({ErrorCode::kPermission, "netlink(0): socket: Operation not permitted"});
  netdev.Run();
  EXPECT_EQ(netdev.status().code(), ErrorCode::kPermission);
}

TEST_F(NetlinkNetdevTest, ReadsTenThousandInterfaces) {
  CollectorHarness netdev("netdev", host_);
  Use(netdev);
  for (std::uint32_t i = 1; i <= 10'000; ++i) Link(i, "br" + std::to_string(i));
  netdev.Run();
  ASSERT_EQ(netdev.families().size(), 17U);
  for (const FamilyView& family : netdev.families()) EXPECT_EQ(family.metrics.size(), 10'000U);
  EXPECT_EQ(netdev.AllocationsOnceWarm(), 0U);
}

TEST(NetdevTest, AsksTheKernelByDefault) {
  HostTree host;
  CollectorHarness netdev("netdev", host);
  EXPECT_NE(netdev.Run().find("node_network_receive_bytes_total{device=\"lo\"}"),
            std::string::npos);
  EXPECT_EQ(netdev.status(), Status());
  EXPECT_EQ(netdev.AllocationsOnceWarm(), 0U);
}

TEST(NetdevTest, RefusesBothFilters) {
  HostTree host;
  CollectorHarness netdev(
      "netdev", host,
      {{"collector.netdev.device-include", "a"}, {"collector.netdev.device-exclude", "b"}});
  netdev.Run();
  EXPECT_EQ(netdev.status().code(), ErrorCode::kInvalid);
}

constexpr std::string_view kHeading =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
    "fifo colls carrier compressed\n";
constexpr std::string_view kEth0 = "  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n";

TEST(ProcNetdevTest, ReadsTheColumns) {
  HostTree host;
  host.WriteProc("net/dev", std::string(kHeading) + std::string(kEth0));
  CollectorHarness netdev("netdev", host, {{"collector.netdev.netlink", "false"}});
  EXPECT_EQ(netdev.Run(),
            "node_network_receive_bytes_total{device=\"eth0\"} 1\n"
            "node_network_receive_compressed_total{device=\"eth0\"} 7\n"
            "node_network_receive_drop_total{device=\"eth0\"} 4\n"
            "node_network_receive_errs_total{device=\"eth0\"} 3\n"
            "node_network_receive_fifo_total{device=\"eth0\"} 5\n"
            "node_network_receive_frame_total{device=\"eth0\"} 6\n"
            "node_network_receive_multicast_total{device=\"eth0\"} 8\n"
            "node_network_receive_packets_total{device=\"eth0\"} 2\n"
            "node_network_transmit_bytes_total{device=\"eth0\"} 9\n"
            "node_network_transmit_carrier_total{device=\"eth0\"} 15\n"
            "node_network_transmit_colls_total{device=\"eth0\"} 14\n"
            "node_network_transmit_compressed_total{device=\"eth0\"} 16\n"
            "node_network_transmit_drop_total{device=\"eth0\"} 12\n"
            "node_network_transmit_errs_total{device=\"eth0\"} 11\n"
            "node_network_transmit_fifo_total{device=\"eth0\"} 13\n"
            "node_network_transmit_packets_total{device=\"eth0\"} 10\n");
  EXPECT_EQ(netdev.status(), Status());
}

TEST(ProcNetdevTest, RenamesTheFourThatHaveADetailedName) {
  HostTree host;
  host.WriteProc("net/dev", std::string(kHeading) + std::string(kEth0));
  CollectorHarness netdev("netdev", host,
                          {{"collector.netdev.netlink", "false"},
                           {"collector.netdev.enable-detailed-metrics", "true"}});
  const std::string text = netdev.Run();
  for (const char* line :
       {"receive_errors_total{device=\"eth0\"} 3\n", "receive_dropped_total{device=\"eth0\"} 4\n",
        "transmit_errors_total{device=\"eth0\"} 11\n",
        "transmit_dropped_total{device=\"eth0\"} 12\n",
        "receive_multicast_total{device=\"eth0\"} 8\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
  EXPECT_EQ(netdev.families().size(), 16U);
}

TEST(ProcNetdevTest, TakesNamesWithAColonAndDropsInterfacesThatLeft) {
  HostTree host;
  host.WriteProc("net/dev", std::string(kHeading) + std::string(kEth0) +
                                "eth0:1:1 2 3 4 5 6 7 8 9 10 11 12 13 "
                                "14 15 16\n");
  CollectorHarness netdev("netdev", host, {{"collector.netdev.netlink", "false"}});
  EXPECT_NE(netdev.Run().find("receive_bytes_total{device=\"eth0:1\"} 1\n"), std::string::npos);
  host.WriteProc("net/dev", std::string(kHeading) + std::string(kEth0));
  EXPECT_EQ(netdev.Run().find("eth0:1"), std::string::npos);
}

TEST(ProcNetdevTest, ReadsTheAliasFromSysfs) {
  HostTree host;
  host.WriteProc("net/dev", std::string(kHeading) + std::string(kEth0));
  CollectorHarness netdev(
      "netdev", host,
      {{"collector.netdev.netlink", "false"}, {"collector.netdev.label-ifalias", "true"}});
  netdev.AllowForeignFamilies();
  EXPECT_NE(netdev.Run().find("receive_bytes_total{device=\"eth0\",ifalias=\"\"} 1\n"),
            std::string::npos);
  host.WriteSys("class/net/eth0/ifalias", "uplink\n");
  EXPECT_NE(netdev.Run().find("receive_bytes_total{device=\"eth0\",ifalias=\"uplink\"} 1\n"),
            std::string::npos);
  EXPECT_EQ(netdev.AllocationsOnceWarm(), 0U);
}

TEST(ProcNetdevTest, NamesTheLineItCannotRead) {
  HostTree host;
  CollectorHarness netdev("netdev", host, {{"collector.netdev.netlink", "false"}});
  const auto error_of = [&](std::string_view line) {
    host.WriteProc("net/dev", std::string(kHeading) + std::string(line));
    netdev.Run();
    EXPECT_EQ(netdev.status().code(), ErrorCode::kParse) << line;
    return netdev.status().message();
  };
  EXPECT_NE(error_of("eth0 1 2 3\n").find("interface in \"eth0 1 2 3\""), std::string::npos);
  EXPECT_NE(error_of("eth0: 1 2 3").find("column 4 in \"eth0: 1 2 3\""), std::string::npos);
  EXPECT_NE(error_of("eth0: 99999999999999999999 2 3\n").find("column 1"), std::string::npos);
  EXPECT_NE(error_of("eth0: -1 2 3\n").find("column 1"), std::string::npos);
}

TEST(ProcNetdevTest, IsAbsentWithoutTheFile) {
  HostTree host;
  CollectorHarness netdev("netdev", host, {{"collector.netdev.netlink", "false"}});
  EXPECT_EQ(netdev.Run(), "");
  EXPECT_EQ(netdev.status().code(), ErrorCode::kAbsent);
}

TEST(ProcNetdevTest, AllocatesNothingOnceWarm) {
  HostTree host;
  host.WriteProc("net/dev", std::string(kHeading) + std::string(kEth0));
  CollectorHarness netdev("netdev", host, {{"collector.netdev.netlink", "false"}});
  EXPECT_EQ(netdev.AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
