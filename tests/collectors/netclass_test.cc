#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

// An interface with every file, in the kernel's notation.
void WriteInterface(HostTree& host, const std::string& name) {
  const std::string base = "class/net/" + name + "/";
  const std::pair<const char*, const char*> files[] = {{"addr_assign_type", "3"},
                                                       {"address", "01:01:01:01:01:01"},
                                                       {"broadcast", "ff:ff:ff:ff:ff:ff"},
                                                       {"carrier", "1"},
                                                       {"carrier_changes", "2"},
                                                       {"carrier_down_count", "1"},
                                                       {"carrier_up_count", "4"},
                                                       {"dev_id", "0x20"},
                                                       {"dormant", "1"},
                                                       {"duplex", "full"},
                                                       {"flags", "0x1303"},
                                                       {"ifalias", "uplink"},
                                                       {"ifindex", "2"},
                                                       {"iflink", "5"},
                                                       {"link_mode", "6"},
                                                       {"mtu", "1500"},
                                                       {"name_assign_type", "7"},
                                                       {"netdev_group", "8"},
                                                       {"operstate", "up"},
                                                       {"speed", "1000"},
                                                       {"tx_queue_len", "1000"},
                                                       {"type", "772"}};
  for (const auto& [file, value] : files) {
    host.WriteSys(base + file, std::string(value) + "\n");
  }
}

constexpr std::string_view kEth0 =
    "node_network_address_assign_type{device=\"eth0\"} 3\n"
    "node_network_carrier{device=\"eth0\"} 1\n"
    "node_network_carrier_changes_total{device=\"eth0\"} 2\n"
    "node_network_carrier_down_changes_total{device=\"eth0\"} 1\n"
    "node_network_carrier_up_changes_total{device=\"eth0\"} 4\n"
    "node_network_device_id{device=\"eth0\"} 32\n"
    "node_network_dormant{device=\"eth0\"} 1\n"
    "node_network_flags{device=\"eth0\"} 4867\n"
    "node_network_iface_id{device=\"eth0\"} 2\n"
    "node_network_iface_link{device=\"eth0\"} 5\n"
    "node_network_iface_link_mode{device=\"eth0\"} 6\n"
    "node_network_info{address=\"01:01:01:01:01:01\",adminstate=\"up\","
    "broadcast=\"ff:ff:ff:ff:ff:ff\",device=\"eth0\",duplex=\"full\",ifalias=\"uplink\","
    "operstate=\"up\"} 1\n"
    "node_network_mtu_bytes{device=\"eth0\"} 1500\n"
    "node_network_name_assign_type{device=\"eth0\"} 7\n"
    "node_network_net_dev_group{device=\"eth0\"} 8\n"
    "node_network_protocol_type{device=\"eth0\"} 772\n"
    "node_network_speed_bytes{device=\"eth0\"} 125000000\n"
    "node_network_transmit_queue_length{device=\"eth0\"} 1000\n"
    "node_network_up{device=\"eth0\"} 1\n";

TEST(NetclassTest, ReadsEveryFile) {
  HostTree host;
  WriteInterface(host, "eth0");
  CollectorHarness netclass("netclass", host);
  EXPECT_EQ(netclass.Run(), kEth0);
  EXPECT_EQ(netclass.status(), Status());
}

TEST(NetclassTest, PassesOverTheFileBesideTheInterfaces) {
  HostTree host;
  WriteInterface(host, "eth0");
  host.WriteSys("class/net/bonding_masters", "bond0\n");
  CollectorHarness netclass("netclass", host);
  EXPECT_EQ(netclass.Run(), kEth0);
}

TEST(NetclassTest, LeavesOutWhatAnInterfaceDoesNotSay) {
  HostTree host;
  host.WriteSys("class/net/tun0/operstate", "unknown\n");
  host.WriteSys("class/net/tun0/mtu", "many\n");
  host.WriteSys("class/net/tun0/dev_id", "0xg\n");
  host.WriteSys("class/net/tun0/tx_queue_len", "99999999999999999999\n");
  host.WriteSys("class/net/tun0/ifindex", "");
  CollectorHarness netclass("netclass", host);
  EXPECT_EQ(netclass.Run(),
            "node_network_info{address=\"\",adminstate=\"unknown\",broadcast=\"\",device=\"tun0\","
            "duplex=\"\",ifalias=\"\",operstate=\"unknown\"} 1\n"
            "node_network_up{device=\"tun0\"} 0\n");
  EXPECT_EQ(netclass.status(), Status());
}

TEST(NetclassTest, SaysDownByTheFlags) {
  HostTree host;
  host.WriteSys("class/net/tun0/flags", "0x1002\n");
  CollectorHarness netclass("netclass", host);
  EXPECT_NE(netclass.Run().find("adminstate=\"down\""), std::string::npos);
}

TEST(NetclassTest, ReportsAnUnknownSpeedUnlessToldOtherwise) {
  HostTree host;
  host.WriteSys("class/net/tun0/speed", "-1\n");
  CollectorHarness netclass("netclass", host);
  EXPECT_NE(netclass.Run().find("node_network_speed_bytes{device=\"tun0\"} -125000\n"),
            std::string::npos);
  CollectorHarness valid("netclass", host, {{"collector.netclass.ignore-invalid-speed", "true"}});
  EXPECT_EQ(valid.Run().find("speed"), std::string::npos);
}

TEST(NetclassTest, IgnoresDevices) {
  HostTree host;
  WriteInterface(host, "eth0");
  WriteInterface(host, "veth1");
  CollectorHarness netclass("netclass", host,
                            {{"collector.netclass.ignored-devices", "^(veth.*)$"}});
  EXPECT_EQ(netclass.Run(), kEth0);
}

TEST(NetclassTest, FollowsInterfacesThatComeAndGo) {
  HostTree host;
  WriteInterface(host, "eth0");
  WriteInterface(host, "eth1");
  CollectorHarness netclass("netclass", host);
  netclass.KeepDescriptors(0);
  EXPECT_NE(netclass.Run().find("eth1"), std::string::npos);
  host.Remove("sys/class/net/eth1");
  EXPECT_EQ(netclass.Run(), kEth0);
  host.WriteSys("class/net/eth1/mtu", "9000\n");
  EXPECT_NE(netclass.Run().find("node_network_mtu_bytes{device=\"eth1\"} 9000\n"),
            std::string::npos);
}

TEST(NetclassTest, ReadsMoreInterfacesThanItMayKeepDescriptorsOf) {
  HostTree host;
  for (int i = 0; i < 30; ++i) WriteInterface(host, "eth" + std::to_string(i));
  CollectorHarness netclass("netclass", host);
  netclass.KeepDescriptors(50);
  const std::string first = netclass.Run();
  EXPECT_NE(first.find("node_network_up{device=\"eth29\"} 1\n"), std::string::npos);
  EXPECT_EQ(netclass.Run(), first);
}

TEST(NetclassTest, IsAbsentWithoutTheDirectory) {
  HostTree host;
  CollectorHarness netclass("netclass", host);
  EXPECT_EQ(netclass.Run(), "");
  EXPECT_EQ(netclass.status().code(), ErrorCode::kAbsent);
}

TEST(NetclassTest, AllocatesNothingOnceWarm) {
  HostTree host;
  WriteInterface(host, "eth0");
  host.WriteSys("class/net/tun0/operstate", "unknown\n");
  EXPECT_EQ(CollectorHarness("netclass", host).AllocationsOnceWarm(), 0U);
}

// The files of the loopback that refuse to be read (speed, duplex) are what a fixture cannot show.
TEST(NetclassTest, AllocatesNothingForWhatAKernelRefuses) {
  if (::access("/sys/class/net/lo/speed", F_OK) != 0) GTEST_SKIP() << "no sysfs here";
  HostTree host;
  host.LinkSys("class/net/lo", "/sys/class/net/lo");
  CollectorHarness netclass("netclass", host);
  const std::string text = netclass.Run();
  EXPECT_NE(text.find("node_network_mtu_bytes{device=\"lo\"}"), std::string::npos);
  EXPECT_EQ(text.find("speed"), std::string::npos);
  EXPECT_EQ(netclass.AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
