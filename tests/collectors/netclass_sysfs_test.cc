#include "collectors/netclass_sysfs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if.h>

#include <string>

#include "tests/support/collector_harness.h"
#include "tests/support/fake_netlink.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

// A host with eth0 whose sysfs and rtnetlink tell the same.
class NetclassSysfsTest : public testing::Test {
 protected:
  NetclassSysfsTest() : netclass_("netclass", host_) {
    netclass_.MakeWith([this](const collectors::CollectorContext& context) {
      return collectors::MakeNetclassSysfs(context, netlink_.dump());
    });
    Write("eth0", "ifindex", "2");
    Write("eth0", "mtu", "1500");
    Write("eth0", "flags", "0x1003");
    Write("eth0", "speed", "1000");
    Write("eth0", "duplex", "full");
    Write("eth0", "addr_assign_type", "0");
    Tell(2, "eth0", 1500);
  }

  void Write(const std::string& device, const std::string& file, const std::string& value) {
    host_.WriteSys("class/net/" + device + "/" + file, value + "\n");
  }
  void Tell(int index, const std::string& device, std::uint32_t mtu,
            std::uint32_t promiscuity = 0) {
    NetlinkBody body(LinkHeader(index, IFF_UP));
    body.Add(IFLA_MTU, mtu).Add(IFLA_PROMISCUITY, promiscuity);
    netlink_.Link(static_cast<std::uint32_t>(index), device, std::move(body));
  }
  std::string RunTimes(int count) {
    std::string samples;
    for (int i = 0; i < count; ++i) samples = netclass_.Run();
    return samples;
  }

  HostTree host_;
  FakeNetlink netlink_;
  CollectorHarness netclass_;
};

constexpr const char* kFirstWay = "node_network_address_assign_type{device=\"eth0\"} 0\n";
constexpr const char* kOtherWay = "node_network_address_assign_type{device=\"eth0\"} 3\n";

TEST_F(NetclassSysfsTest, KeepsWhatItReadWhileTheLinkIsTheSame) {
  EXPECT_THAT(netclass_.Run(), HasSubstr(kFirstWay));
  Write("eth0", "addr_assign_type", "3");
  EXPECT_THAT(netclass_.Run(), HasSubstr(kFirstWay));
  EXPECT_EQ(netclass_.AllocationsOnceWarm(), 0U);
}

TEST_F(NetclassSysfsTest, ReadsAgainWhenTheLinkHasChanged) {
  netclass_.Run();
  Write("eth0", "addr_assign_type", "3");
  netlink_.Forget(RTM_GETLINK);
  Tell(2, "eth0", 1500, 1);
  EXPECT_THAT(netclass_.Run(), HasSubstr(kOtherWay));
}

TEST_F(NetclassSysfsTest, ReadsAllAgainAfterThirtyOneCollections) {
  netclass_.Run();
  Write("eth0", "addr_assign_type", "3");
  EXPECT_THAT(RunTimes(31), HasSubstr(kFirstWay));
  EXPECT_THAT(netclass_.Run(), HasSubstr(kOtherWay));
}

TEST_F(NetclassSysfsTest, ReadsSpeedAndDuplexEveryTime) {
  netclass_.Run();
  Write("eth0", "speed", "100");
  Write("eth0", "duplex", "half");
  const std::string samples = netclass_.Run();
  EXPECT_THAT(samples, HasSubstr("node_network_speed_bytes{device=\"eth0\"} 12500000\n"));
  EXPECT_THAT(samples, HasSubstr("duplex=\"half\""));
}

// A container that sees the host's sysfs below another network namespace of its own.
TEST_F(NetclassSysfsTest, TrustsNoLinksOfOtherInterfaces) {
  Write("docker0", "ifindex", "7");
  netclass_.Run();
  Write("eth0", "addr_assign_type", "3");
  EXPECT_THAT(netclass_.Run(), HasSubstr(kOtherWay));
}

TEST_F(NetclassSysfsTest, TrustsNoLinksWhereSysfsListsFewer) {
  Tell(7, "docker0", 1500);
  netclass_.Run();
  Write("eth0", "addr_assign_type", "3");
  EXPECT_THAT(netclass_.Run(), HasSubstr(kOtherWay));
}

TEST_F(NetclassSysfsTest, TrustsNoLinkOfTheSameNameAndAnotherIndexOrSize) {
  for (const auto& [index, mtu] : {std::pair(3, 1500U), std::pair(2, 9000U)}) {
    Write("eth0", "addr_assign_type", "0");
    netlink_.Forget(RTM_GETLINK);
    Tell(index, "eth0", mtu);
    EXPECT_THAT(netclass_.Run(), HasSubstr(kFirstWay));
    Write("eth0", "addr_assign_type", "3");
    EXPECT_THAT(netclass_.Run(), HasSubstr(kOtherWay));
  }
}

TEST_F(NetclassSysfsTest, CountsNoInterfaceInTheFileOfTheBonds) {
  host_.WriteSys("class/net/bonding_masters", "\n");
  netclass_.Run();
  Write("eth0", "addr_assign_type", "3");
  EXPECT_THAT(netclass_.Run(), HasSubstr(kFirstWay));
}

TEST_F(NetclassSysfsTest, ReadsEverythingWhereRtnetlinkRefuses) {
  netlink_.Fail(Status(ErrorCode::kPermission, "netlink(0): socket: Permission denied"));
  netclass_.Run();
  Write("eth0", "addr_assign_type", "3");
  EXPECT_THAT(netclass_.Run(), HasSubstr(kOtherWay));
  EXPECT_EQ(netclass_.status(), Status());
}

TEST_F(NetclassSysfsTest, ForgetsAnInterfaceThatLeftAndCameBackAsAnother) {
  netclass_.KeepDescriptors(0);
  netclass_.Run();
  host_.Remove("sys/class/net/eth0");
  netlink_.Forget(RTM_GETLINK);
  EXPECT_EQ(netclass_.Run(), "");
  Write("eth0", "ifindex", "9");
  Write("eth0", "mtu", "1500");
  Tell(9, "eth0", 1500);
  const std::string samples = netclass_.Run();
  EXPECT_THAT(samples, HasSubstr("node_network_iface_id{device=\"eth0\"} 9\n"));
  EXPECT_THAT(samples, Not(HasSubstr("speed")));
}

}  // namespace
}  // namespace hostpulse
