#include "collectors/rtnetlink.h"

#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <sys/socket.h>

#include <array>

#include "tests/support/fake_netlink.h"

namespace hostpulse {
namespace {

using namespace collectors;

TEST(ParseLinkTest, ReadsEveryAttribute) {
  rtnl_link_stats64 stats{};
  stats.rx_bytes = 1;
  stats.rx_nohandler = 24;
  NetlinkBody message(LinkHeader(7, IFF_UP, 772));
  message.Text(IFLA_IFNAME, "eth0")
      .Text(IFLA_IFALIAS, "uplink")
      .Add(IFLA_ADDRESS, std::array<std::uint8_t, 6>{2, 0xfc, 0, 0, 0, 1})
      .Add(IFLA_BROADCAST, std::array<std::uint8_t, 6>{255, 255, 255, 255, 255, 255})
      .Nest(IFLA_PROP_LIST, NetlinkBody().Text(IFLA_ALT_IFNAME, "enp0s1"))
      .Add(IFLA_LINK, std::uint32_t{3})
      .Add(IFLA_MTU, std::uint32_t{1500})
      .Add(IFLA_GROUP, std::uint32_t{4})
      .Add(IFLA_TXQLEN, std::uint32_t{1000})
      .Add(IFLA_CARRIER, std::uint8_t{1})
      .Add(IFLA_CARRIER_CHANGES, std::uint32_t{5})
      .Add(IFLA_CARRIER_UP_COUNT, std::uint32_t{3})
      .Add(IFLA_CARRIER_DOWN_COUNT, std::uint32_t{2})
      .Add(IFLA_LINKMODE, std::uint8_t{1})
      .Add(IFLA_OPERSTATE, std::uint8_t{6})
      .Add(IFLA_STATS64, stats);
  const auto link = ParseLink(message.bytes());
  ASSERT_TRUE(link);
  EXPECT_EQ(link->index, 7U);
  EXPECT_EQ(link->flags, unsigned{IFF_UP});
  EXPECT_EQ(link->type, 772);
  EXPECT_EQ(link->name, "eth0");
  EXPECT_EQ(link->alias, "uplink");
  EXPECT_EQ(link->address.size(), 6U);
  EXPECT_EQ(link->address[1], std::byte{0xfc});
  EXPECT_EQ(link->broadcast.size(), 6U);
  EXPECT_FALSE(link->properties.empty());
  EXPECT_EQ(link->link, 3U);
  EXPECT_EQ(link->mtu, 1500U);
  EXPECT_EQ(link->group, 4U);
  EXPECT_EQ(link->transmit_queue_length, 1000U);
  EXPECT_EQ(link->carrier, 1);
  EXPECT_EQ(link->carrier_changes, 5U);
  EXPECT_EQ(link->carrier_up_count, 3U);
  EXPECT_EQ(link->carrier_down_count, 2U);
  EXPECT_EQ(link->link_mode, 1);
  EXPECT_EQ(link->operstate, 6);
  EXPECT_EQ(link->stats.rx_bytes, 1U);
  EXPECT_EQ(link->stats.rx_nohandler, 24U);
  EXPECT_EQ(link->stats_bytes, sizeof stats);
}

TEST(ParseLinkTest, TakesTheFewerStatisticsOfAnOldKernelAndTheMoreOfANewOne) {
  std::array<std::uint64_t, 23> old_stats{};
  old_stats.fill(9);
  NetlinkBody message(LinkHeader(1));
  message.Text(IFLA_IFNAME, "lo").Add(IFLA_STATS64, old_stats);
  auto link = ParseLink(message.bytes());
  ASSERT_TRUE(link);
  EXPECT_EQ(link->stats_bytes, sizeof old_stats);
  EXPECT_EQ(link->stats.tx_compressed, 9U);
  EXPECT_EQ(link->stats.rx_nohandler, 0U);

  std::array<std::uint64_t, 40> new_stats{};
  new_stats.fill(8);
  message = NetlinkBody(LinkHeader(1));
  message.Text(IFLA_IFNAME, "lo").Add(IFLA_STATS64, new_stats);
  link = ParseLink(message.bytes());
  ASSERT_TRUE(link);
  EXPECT_EQ(link->stats_bytes, sizeof(rtnl_link_stats64));
  EXPECT_EQ(link->stats.rx_nohandler, 8U);
}

TEST(ParseLinkTest, LeavesOutWhatIsNotThereOrTooShort) {
  NetlinkBody message(LinkHeader(1));
  message.Text(IFLA_IFNAME, "lo").Add(IFLA_MTU, std::uint16_t{1500});
  const auto link = ParseLink(message.bytes());
  ASSERT_TRUE(link);
  EXPECT_FALSE(link->mtu);
  EXPECT_FALSE(link->carrier);
  EXPECT_EQ(link->stats_bytes, 0U);
}

TEST(ParseLinkTest, SurvivesEveryTruncation) {
  NetlinkBody message(LinkHeader(1));
  message.Text(IFLA_IFNAME, "lo")
      .Add(IFLA_MTU, std::uint32_t{1500})
      .Add(IFLA_STATS64, rtnl_link_stats64{});
  const auto bytes = message.bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // A copy of its own, so that a sanitizer sees a read behind the end.
    const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<long>(size));
    const auto link = ParseLink(cut);
    EXPECT_EQ(link.has_value(), size >= sizeof(ifinfomsg) + 4 + 3) << size;
  }
}

TEST(DumpLinksTest, ReportsAMessageWithoutANameAndVisitsTheOthers) {
  FakeNetlink kernel;
  kernel.Answer(RTM_GETLINK, RTM_NEWLINK, NetlinkBody(LinkHeader(1)));
  kernel.Link(2, "eth0", NetlinkBody(LinkHeader(2)));
  kernel.Answer(RTM_GETLINK, RTM_DELLINK, NetlinkBody(LinkHeader(3)).Text(IFLA_IFNAME, "gone"));
  std::vector<std::string> names;
  const Status status =
      DumpLinks(kernel.dump(), [&](const Link& link) { names.emplace_back(link.name); });
  EXPECT_EQ(status.code(), ErrorCode::kParse);
  EXPECT_EQ(names, std::vector<std::string>{"eth0"});
}

TEST(DumpLinksTest, AsksTheKernelToSkipWhatNobodyReads) {
  FakeNetlink kernel;
  ASSERT_TRUE(DumpLinks(kernel.dump(), [](const Link&) {}));
  const auto request = kernel.Request(RTM_GETLINK);
  const NetlinkBody expected =
      NetlinkBody(LinkHeader(0, 0, 0)).Add(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  EXPECT_TRUE(
      std::equal(request.begin(), request.end(), expected.bytes().begin(), expected.bytes().end()));
}

TEST(DumpLinkStatsTest, PassesOverWhatIsCutOff) {
  FakeNetlink kernel;
  if_stats_msg header{};
  header.ifindex = 3;
  rtnl_link_stats64 stats{};
  stats.tx_bytes = 5;
  kernel.Answer(RTM_GETSTATS, RTM_NEWSTATS, NetlinkBody(std::uint32_t{0}));
  kernel.Answer(RTM_GETSTATS, RTM_NEWSTATS, NetlinkBody(header));
  kernel.Answer(RTM_GETSTATS, RTM_NEWSTATS, NetlinkBody(header).Add(IFLA_STATS_LINK_64, stats));
  int seen = 0;
  const auto visit = [&seen](std::uint32_t index, const rtnl_link_stats64& got, std::size_t bytes) {
    ++seen;
    EXPECT_EQ(index, 3U);
    EXPECT_EQ(got.tx_bytes, 5U);
    EXPECT_EQ(bytes, sizeof got);
  };
  EXPECT_EQ(DumpLinkStats(kernel.dump(), visit), Status());
  EXPECT_EQ(seen, 1);
}

NetlinkBody AddressMessage(unsigned char family, unsigned char prefix) {
  ifaddrmsg header{};
  header.ifa_family = family;
  header.ifa_prefixlen = prefix;
  header.ifa_index = 4;
  return NetlinkBody(header);
}

TEST(ParseAddressTest, TakesTheLocalEndOfAPointToPointLink) {
  constexpr std::array<std::uint8_t, 4> kFar = {10, 0, 0, 2};
  constexpr std::array<std::uint8_t, 4> kOurs = {10, 0, 0, 1};
  for (const bool local_first : {false, true}) {
    NetlinkBody message = AddressMessage(AF_INET, 32);
    if (local_first) message.Add(IFA_LOCAL, kOurs).Add(IFA_ADDRESS, kFar);
    if (!local_first) message.Add(IFA_ADDRESS, kFar).Add(IFA_LOCAL, kOurs);
    const auto address = ParseAddress(message.bytes());
    ASSERT_TRUE(address);
    EXPECT_EQ(address->index, 4U);
    EXPECT_EQ(address->prefix_length, 32);
    ASSERT_EQ(address->address.size(), 4U);
    EXPECT_EQ(address->address[3], std::byte{1});
  }
}

TEST(ParseAddressTest, RefusesOtherFamiliesAndSizes) {
  constexpr std::array<std::uint8_t, 4> kV4 = {10, 0, 0, 1};
  EXPECT_TRUE(ParseAddress(AddressMessage(AF_INET, 8).Add(IFA_ADDRESS, kV4).bytes()));
  EXPECT_FALSE(ParseAddress(AddressMessage(AF_INET6, 8).Add(IFA_ADDRESS, kV4).bytes()));
  EXPECT_FALSE(ParseAddress(AddressMessage(AF_PACKET, 8).Add(IFA_ADDRESS, kV4).bytes()));
  EXPECT_FALSE(ParseAddress(AddressMessage(AF_INET, 8).bytes()));
  EXPECT_FALSE(ParseAddress({}));
}

TEST(KernelRtnetlinkTest, KnowsTheLoopback) {
  const Rtnetlink kernel = KernelRtnetlink();
  bool found = false;
  ASSERT_EQ(DumpLinks(kernel.dump,
                      [&](const Link& link) {
                        if (link.name != "lo") return;
                        found = true;
                        EXPECT_GE(link.stats_bytes, sizeof(rtnl_link_stats64) - 8);
                        EXPECT_EQ(kernel.name_of(link.index), "lo");
                      }),
            Status());
  EXPECT_TRUE(found);
  EXPECT_EQ(kernel.name_of(0x7fffffff), "");
}

}  // namespace
}  // namespace hostpulse
