#include "collectors/netclass_rtnl.h"

#include <gtest/gtest.h>
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/if.h>

#include <array>

#include "tests/support/collector_harness.h"
#include "tests/support/fake_netlink.h"

namespace hostpulse {
namespace {

using collectors::CollectorContext;

constexpr std::uint16_t kFamily = 21;

class NetclassRtnlTest : public ::testing::Test {
 protected:
  void Use(CollectorHarness& netclass) {
    netclass.MakeWith([this](const CollectorContext& context) {
      return collectors::MakeNetclassRtnl(context, links_.dump(), ethtool_.dump());
    });
  }

  void AddEth0() {
    NetlinkBody link(LinkHeader(2, IFF_UP | IFF_BROADCAST, 1));
    rtnl_link_stats64 stats{};
    stats.rx_bytes = 77;
    link.Text(IFLA_IFALIAS, "uplink")
        .Add(IFLA_ADDRESS, std::array<std::uint8_t, 6>{2, 0xfc, 0, 0, 0, 1})
        .Add(IFLA_BROADCAST, std::array<std::uint8_t, 6>{255, 255, 255, 255, 255, 255})
        .Add(IFLA_MTU, std::uint32_t{1500})
        .Add(IFLA_GROUP, std::uint32_t{4})
        .Add(IFLA_TXQLEN, std::uint32_t{1000})
        .Add(IFLA_CARRIER, std::uint8_t{1})
        .Add(IFLA_CARRIER_CHANGES, std::uint32_t{5})
        .Add(IFLA_CARRIER_UP_COUNT, std::uint32_t{3})
        .Add(IFLA_CARRIER_DOWN_COUNT, std::uint32_t{2})
        .Add(IFLA_LINKMODE, std::uint8_t{1})
        .Add(IFLA_OPERSTATE, std::uint8_t{IF_OPER_UP})
        .Nest(IFLA_PROP_LIST, NetlinkBody()
                                  .Text(IFLA_ALT_IFNAME, "enp0s1")
                                  .Text(IFLA_ALT_IFNAME,
                                        "b\xff"
                                        "d"))
        .Add(IFLA_STATS64, stats);
    links_.Link(2, "eth0", std::move(link));
    host_.WriteSys("class/net/eth0/addr_assign_type", "0\n");
    host_.WriteSys("class/net/eth0/dev_id", "0x1f\n");
    host_.WriteSys("class/net/eth0/name_assign_type", "4\n");
  }

  void AddMode(std::uint32_t index, std::uint32_t speed, std::uint8_t duplex) {
    ethtool_.Forget(GENL_ID_CTRL);
    ethtool_.Answer(GENL_ID_CTRL, GENL_ID_CTRL,
                    NetlinkBody(genlmsghdr{CTRL_CMD_NEWFAMILY, 2, 0})
                        .Text(CTRL_ATTR_FAMILY_NAME, "ethtool")
                        .Add(CTRL_ATTR_FAMILY_ID, kFamily));
    ethtool_.Answer(
        kFamily, kFamily,
        NetlinkBody(genlmsghdr{ETHTOOL_MSG_LINKMODES_GET_REPLY, 1, 0})
            .Nest(ETHTOOL_A_LINKMODES_HEADER, NetlinkBody().Add(ETHTOOL_A_HEADER_DEV_INDEX, index))
            .Add(ETHTOOL_A_LINKMODES_SPEED, speed)
            .Add(ETHTOOL_A_LINKMODES_DUPLEX, duplex));
  }

  FakeNetlink links_;
  FakeNetlink ethtool_;
  HostTree host_;
};

TEST_F(NetclassRtnlTest, SaysWhatTheMessagesSay) {
  CollectorHarness netclass("netclass", host_);
  Use(netclass);
  AddEth0();
  AddMode(2, 1000, DUPLEX_FULL);
  EXPECT_EQ(netclass.Run(),
            "node_network_address_assign_type{device=\"eth0\"} 0\n"
            "node_network_altnames_info{altname=\"b\xEF\xBF\xBD"
            "d\",device=\"eth0\"} 1\n"
            "node_network_altnames_info{altname=\"enp0s1\",device=\"eth0\"} 1\n"
            "node_network_carrier{device=\"eth0\"} 1\n"
            "node_network_carrier_changes_total{device=\"eth0\"} 5\n"
            "node_network_carrier_down_changes_total{device=\"eth0\"} 2\n"
            "node_network_carrier_up_changes_total{device=\"eth0\"} 3\n"
            "node_network_device_id{device=\"eth0\"} 31\n"
            "node_network_dormant{device=\"eth0\"} 1\n"
            "node_network_flags{device=\"eth0\"} 3\n"
            "node_network_iface_id{device=\"eth0\"} 2\n"
            "node_network_iface_link{device=\"eth0\"} 2\n"
            "node_network_iface_link_mode{device=\"eth0\"} 1\n"
            "node_network_info{address=\"02:fc:00:00:00:01\",broadcast=\"ff:ff:ff:ff:ff:ff\","
            "device=\"eth0\",duplex=\"Full\",ifalias=\"uplink\",operstate=\"up\"} 1\n"
            "node_network_mtu_bytes{device=\"eth0\"} 1500\n"
            "node_network_name_assign_type{device=\"eth0\"} 4\n"
            "node_network_net_dev_group{device=\"eth0\"} 4\n"
            "node_network_protocol_type{device=\"eth0\"} 1\n"
            "node_network_speed_bytes{device=\"eth0\"} 125000000\n"
            "node_network_transmit_queue_length{device=\"eth0\"} 1000\n"
            "node_network_up{device=\"eth0\"} 1\n");
  EXPECT_EQ(netclass.status(), Status());
  EXPECT_EQ(netclass.AllocationsOnceWarm(), 0U);
}

TEST_F(NetclassRtnlTest, DoesWithoutEthtoolAndWithoutAttributes) {
  CollectorHarness netclass("netclass", host_);
  Use(netclass);
  links_.Link(7, "sit0", NetlinkBody(LinkHeader(7, 0, 776)).Add(IFLA_LINK, std::uint32_t{3}));
  EXPECT_EQ(
      netclass.Run(),
      "node_network_flags{device=\"sit0\"} 0\n"
      "node_network_iface_id{device=\"sit0\"} 7\n"
      "node_network_iface_link{device=\"sit0\"} 3\n"
      "node_network_info{address=\"\",broadcast=\"\",device=\"sit0\",duplex=\"\",ifalias=\"\","
      "operstate=\"unknown\"} 1\n"
      "node_network_protocol_type{device=\"sit0\"} 776\n"
      "node_network_up{device=\"sit0\"} 0\n");
  EXPECT_EQ(netclass.status(), Status());
}

TEST_F(NetclassRtnlTest, TreatsAnUnknownSpeedAsTheFilesDo) {
  AddEth0();
  AddMode(2, static_cast<std::uint32_t>(SPEED_UNKNOWN), DUPLEX_UNKNOWN);
  CollectorHarness netclass("netclass", host_);
  Use(netclass);
  const std::string text = netclass.Run();
  EXPECT_NE(text.find("node_network_speed_bytes{device=\"eth0\"} -125000\n"), std::string::npos);
  EXPECT_NE(text.find("duplex=\"Unknown\""), std::string::npos);
  CollectorHarness valid("netclass", host_, {{"collector.netclass.ignore-invalid-speed", "true"}});
  Use(valid);
  EXPECT_EQ(valid.Run().find("speed"), std::string::npos);
}

TEST_F(NetclassRtnlTest, AddsCountersWhereAskedTo) {
  AddEth0();
  CollectorHarness netclass("netclass", host_, {{"collector.netclass_rtnl.with-stats", "true"}});
  Use(netclass);
  const std::string text = netclass.Run();
  EXPECT_NE(text.find("node_network_receive_bytes_total{device=\"eth0\"} 77\n"), std::string::npos);
  EXPECT_NE(text.find("node_network_receive_crc_errors_total{device=\"eth0\"} 0\n"),
            std::string::npos);
}

TEST_F(NetclassRtnlTest, IgnoresDevicesAndDropsThoseThatLeft) {
  AddEth0();
  links_.Link(3, "veth1", NetlinkBody(LinkHeader(3)));
  CollectorHarness netclass("netclass", host_, {{"collector.netclass.ignored-devices", "^veth"}});
  Use(netclass);
  const std::string text = netclass.Run();
  EXPECT_EQ(text.find("veth1"), std::string::npos);
  EXPECT_NE(text.find("eth0"), std::string::npos);
  links_.Forget(RTM_GETLINK);
  EXPECT_EQ(netclass.Run(), "");
  EXPECT_EQ(netclass.status(), Status());
}

TEST_F(NetclassRtnlTest, PassesErrorsOn) {
  CollectorHarness netclass("netclass", host_);
  Use(netclass);
  links_.Fail({ErrorCode::kIo, "netlink: broken"});
  netclass.Run();
  EXPECT_EQ(netclass.status().code(), ErrorCode::kIo);
  links_.Fail({});
  ethtool_.Fail({ErrorCode::kTimeout, "netlink: late"});
  netclass.Run();
  EXPECT_EQ(netclass.status().code(), ErrorCode::kTimeout);
}

TEST(NetclassNetlinkTest, AsksTheKernelWhereTheFlagSaysSo) {
  HostTree host;
  CollectorHarness netclass("netclass", host, {{"collector.netclass.netlink", "true"}});
  EXPECT_NE(netclass.Run().find("node_network_protocol_type{device=\"lo\"} 772\n"),
            std::string::npos);
  EXPECT_EQ(netclass.status(), Status());
}

}  // namespace
}  // namespace hostpulse
