#include "collectors/ethtool_netlink.h"

#include <gtest/gtest.h>
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>

#include "tests/support/fake_netlink.h"

namespace hostpulse {
namespace {

using namespace collectors;

constexpr std::uint16_t kFamily = 21;

NetlinkBody Family(std::string_view name, std::uint16_t id) {
  return NetlinkBody(genlmsghdr{CTRL_CMD_NEWFAMILY, 2, 0})
      .Text(CTRL_ATTR_FAMILY_NAME, name)
      .Add(CTRL_ATTR_FAMILY_ID, id);
}

NetlinkBody Mode(std::uint32_t index) {
  return NetlinkBody(genlmsghdr{ETHTOOL_MSG_LINKMODES_GET_REPLY, 1, 0})
      .Nest(ETHTOOL_A_LINKMODES_HEADER, NetlinkBody().Add(ETHTOOL_A_HEADER_DEV_INDEX, index));
}

std::vector<LinkMode> Modes(EthtoolNetlink& ethtool, Status& status) {
  std::vector<LinkMode> modes;
  status = ethtool.DumpLinkModes([&](const LinkMode& mode) { modes.push_back(mode); });
  return modes;
}

TEST(EthtoolNetlinkTest, FindsItsFamilyOnceAndReadsLinkModes) {
  FakeNetlink kernel;
  kernel.Answer(GENL_ID_CTRL, GENL_ID_CTRL, Family("nl80211", 20));
  kernel.Answer(GENL_ID_CTRL, GENL_ID_CTRL, Family("ethtool", kFamily));
  kernel.Answer(kFamily, kFamily,
                Mode(2)
                    .Add(ETHTOOL_A_LINKMODES_SPEED, std::uint32_t{1000})
                    .Add(ETHTOOL_A_LINKMODES_DUPLEX, std::uint8_t{DUPLEX_FULL}));
  kernel.Answer(kFamily, kFamily,
                Mode(3).Add(ETHTOOL_A_LINKMODES_SPEED, static_cast<std::uint32_t>(SPEED_UNKNOWN)));
  kernel.Answer(kFamily, kFamily, NetlinkBody(genlmsghdr{}));
  EthtoolNetlink ethtool(kernel.dump());
  Status status;
  std::vector<LinkMode> modes = Modes(ethtool, status);
  EXPECT_EQ(status, Status());
  ASSERT_EQ(modes.size(), 2U);
  EXPECT_EQ(modes[0].index, 2U);
  EXPECT_EQ(modes[0].speed_mbits, 1000);
  EXPECT_EQ(modes[0].duplex, DUPLEX_FULL);
  EXPECT_EQ(modes[1].speed_mbits, -1);
  EXPECT_FALSE(modes[1].duplex);

  kernel.Forget(GENL_ID_CTRL);
  modes = Modes(ethtool, status);
  EXPECT_EQ(status, Status());
  EXPECT_EQ(modes.size(), 2U);
}

TEST(EthtoolNetlinkTest, IsAbsentWithoutItsFamily) {
  FakeNetlink kernel;
  kernel.Answer(GENL_ID_CTRL, GENL_ID_CTRL, Family("nl80211", 20));
  EthtoolNetlink ethtool(kernel.dump());
  Status status;
  EXPECT_TRUE(Modes(ethtool, status).empty());
  EXPECT_EQ(status.code(), ErrorCode::kAbsent);
}

TEST(EthtoolNetlinkTest, PassesErrorsOn) {
  FakeNetlink kernel;
  kernel.Fail({ErrorCode::kPermission, "netlink: no"});
  EthtoolNetlink ethtool(kernel.dump());
  Status status;
  Modes(ethtool, status);
  EXPECT_EQ(status.code(), ErrorCode::kPermission);
}

}  // namespace
}  // namespace hostpulse
