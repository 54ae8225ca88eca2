#include "collectors/network_route.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>

#include <array>
#include <string>

#include "collectors/routes.h"
#include "tests/support/collector_harness.h"
#include "tests/support/fake_netlink.h"

namespace hostpulse {
namespace {

using collectors::CollectorContext;
using collectors::ParseRoute;

struct RouteHeader {
  unsigned char prefix = 0;
  unsigned char protocol = RTPROT_BOOT;
  unsigned char type = RTN_UNICAST;
  unsigned char family = AF_INET;
};

NetlinkBody RouteWith(RouteHeader given) {
  rtmsg header{};
  header.rtm_family = given.family;
  header.rtm_dst_len = given.prefix;
  header.rtm_protocol = given.protocol;
  header.rtm_type = given.type;
  return NetlinkBody(header);
}

in_addr V4(const char* text) {
  in_addr address{};
  EXPECT_EQ(::inet_pton(AF_INET, text, &address), 1) << text;
  return address;
}

in6_addr V6(const char* text) {
  in6_addr address{};
  EXPECT_EQ(::inet_pton(AF_INET6, text, &address), 1) << text;
  return address;
}

// One hop of a multipath route, as its bytes.
std::vector<std::byte> Hop(int index, int weight, const NetlinkBody& attributes) {
  rtnexthop hop{};
  const auto tail = attributes.bytes();
  hop.rtnh_len = static_cast<std::uint16_t>(sizeof hop + tail.size());
  hop.rtnh_hops = static_cast<std::uint8_t>(weight - 1);
  hop.rtnh_ifindex = index;
  const auto head = std::as_bytes(std::span(&hop, 1));
  std::vector<std::byte> bytes(head.begin(), head.end());
  bytes.insert(bytes.end(), tail.begin(), tail.end());
  return bytes;
}

class NetworkRouteTest : public ::testing::Test {
 protected:
  NetworkRouteTest() {
    routes_.MakeWith([this](const CollectorContext& context) {
      return collectors::MakeNetworkRoute(context, kernel_.rtnetlink());
    });
    kernel_.Name(2, "eth0");
    kernel_.Name(3, "wlan0");
  }
  void Add(NetlinkBody body) { kernel_.Answer(RTM_GETROUTE, RTM_NEWROUTE, std::move(body)); }

  FakeNetlink kernel_;
  HostTree host_;
  CollectorHarness routes_{"network_route", host_};
};

TEST_F(NetworkRouteTest, ReportsRoutesOfBothVersionsOfIp) {
  Add(RouteWith({.protocol = RTPROT_DHCP})
          .Add(RTA_OIF, std::uint32_t{2})
          .Add(RTA_GATEWAY, V4("192.0.2.1"))
          .Add(RTA_PREFSRC, V4("192.0.2.7"))
          .Add(RTA_PRIORITY, std::uint32_t{100}));
  Add(RouteWith({.prefix = 24, .protocol = RTPROT_KERNEL})
          .Add(RTA_DST, V4("192.0.2.0"))
          .Add(RTA_OIF, std::uint32_t{2})
          .Add(RTA_PREFSRC, V4("192.0.2.7")));
  Add(RouteWith({.prefix = 64, .protocol = RTPROT_RA, .family = AF_INET6})
          .Add(RTA_DST, V6("2001:db8::"))
          .Add(RTA_OIF, std::uint32_t{3})
          .Add(RTA_PRIORITY, std::uint32_t{4294967295}));
  Add(RouteWith({.protocol = RTPROT_RA, .family = AF_INET6})
          .Add(RTA_OIF, std::uint32_t{3})
          .Add(RTA_GATEWAY, V6("fe80::1")));
  EXPECT_EQ(routes_.Run(),
            "node_network_route_info{dest=\"192.0.2.0/24\",device=\"eth0\",gw=\"\",priority=\"0\","
            "proto=\"kernel\",src=\"192.0.2.7\",weight=\"\"} 1\n"
            "node_network_route_info{dest=\"2001:db8::/64\",device=\"wlan0\",gw=\"\","
            "priority=\"4294967295\",proto=\"ra\",src=\"\",weight=\"\"} 1\n"
            "node_network_route_info{dest=\"default\",device=\"eth0\",gw=\"192.0.2.1\","
            "priority=\"100\",proto=\"dhcp\",src=\"192.0.2.7\",weight=\"\"} 1\n"
            "node_network_route_info{dest=\"default\",device=\"wlan0\",gw=\"fe80::1\","
            "priority=\"0\",proto=\"ra\",src=\"\",weight=\"\"} 1\n"
            "node_network_routes{device=\"eth0\"} 2\n"
            "node_network_routes{device=\"wlan0\"} 2\n");
  EXPECT_EQ(routes_.status(), Status());
}

TEST_F(NetworkRouteTest, ReportsEachHopOfAMultipathRouteWithItsWeight) {
  std::vector<std::byte> hops = Hop(2, 1, NetlinkBody().Add(RTA_GATEWAY, V4("192.0.2.1")));
  const auto second = Hop(3, 256, NetlinkBody());
  hops.insert(hops.end(), second.begin(), second.end());
  Add(RouteWith({.prefix = 8, .protocol = RTPROT_STATIC})
          .Add(RTA_DST, V4("10.0.0.0"))
          .AddBytes(RTA_MULTIPATH, hops.data(), hops.size()));
  EXPECT_EQ(routes_.Run(),
            "node_network_route_info{dest=\"10.0.0.0/8\",device=\"eth0\",gw=\"192.0.2.1\","
            "priority=\"0\",proto=\"static\",src=\"\",weight=\"1\"} 1\n"
            "node_network_route_info{dest=\"10.0.0.0/8\",device=\"wlan0\",gw=\"\",priority=\"0\","
            "proto=\"static\",src=\"\",weight=\"256\"} 1\n"
            "node_network_routes{device=\"eth0\"} 1\n"
            "node_network_routes{device=\"wlan0\"} 1\n");
}

TEST_F(NetworkRouteTest, StopsAtAHopThatDoesNotFit) {
  for (const std::uint16_t length : {std::uint16_t{0}, std::uint16_t{7}, std::uint16_t{200}}) {
    std::vector<std::byte> hops = Hop(2, 1, NetlinkBody());
    std::vector<std::byte> bad = Hop(3, 1, NetlinkBody());
    std::memcpy(bad.data(), &length, sizeof length);
    hops.insert(hops.end(), bad.begin(), bad.end());
    kernel_.Forget(RTM_GETROUTE);
    Add(RouteWith({}).AddBytes(RTA_MULTIPATH, hops.data(), hops.size()));
    const std::string text = routes_.Run();
    EXPECT_NE(text.find("node_network_routes{device=\"eth0\"} 1\n"), std::string::npos) << length;
    EXPECT_EQ(text.find("wlan0"), std::string::npos) << length;
  }
}

TEST_F(NetworkRouteTest, TakesUnicastRoutesOnly) {
  for (const unsigned char type : {RTN_LOCAL, RTN_BROADCAST, RTN_MULTICAST, RTN_BLACKHOLE}) {
    Add(RouteWith({.type = type}).Add(RTA_OIF, std::uint32_t{2}));
  }
  EXPECT_EQ(routes_.Run(), "");
  EXPECT_EQ(routes_.status(), Status());
}

TEST_F(NetworkRouteTest, NamesTheProtocolsOfRoutingDaemons) {
  const std::map<int, std::string> names = {
      {0, "unspec"},   {1, "redirect"},  {2, "kernel"},   {3, "boot"},   {4, "static"},
      {5, "unknown"},  {8, "gated"},     {9, "ra"},       {10, "mrt"},   {11, "zebra"},
      {12, "bird"},    {13, "dnrouted"}, {14, "xorp"},    {15, "ntk"},   {16, "dhcp"},
      {17, "mrouted"}, {42, "babel"},    {186, "bgp"},    {187, "isis"}, {188, "ospf"},
      {189, "rip"},    {192, "eigrp"},   {255, "unknown"}};
  for (const auto& [number, name] : names) {
    kernel_.Forget(RTM_GETROUTE);
    Add(RouteWith({.protocol = static_cast<unsigned char>(number)}).Add(RTA_OIF, std::uint32_t{2}));
    EXPECT_NE(routes_.Run().find("proto=\"" + name + "\""), std::string::npos) << number;
  }
}

TEST_F(NetworkRouteTest, CountsRoutesThatDifferInTheirTableOnly) {
  for (int i = 0; i < 2; ++i) {
    Add(RouteWith({}).Add(RTA_OIF, std::uint32_t{2}).Add(RTA_TABLE, std::uint32_t(100 + i)));
  }
  EXPECT_EQ(routes_.Run(),
            "node_network_route_info{dest=\"default\",device=\"eth0\",gw=\"\",priority=\"0\","
            "proto=\"boot\",src=\"\",weight=\"\"} 1\n"
            "node_network_routes{device=\"eth0\"} 2\n");
  EXPECT_EQ(routes_.duplicates(), 1U);
}

TEST_F(NetworkRouteTest, LeavesOutAnInterfaceThatLeftButNotARouteWithoutOne) {
  Add(RouteWith({}).Add(RTA_OIF, std::uint32_t{9}));
  Add(RouteWith({}));
  EXPECT_EQ(routes_.Run(),
            "node_network_route_info{dest=\"default\",device=\"\",gw=\"\",priority=\"0\","
            "proto=\"boot\",src=\"\",weight=\"\"} 1\n"
            "node_network_routes{device=\"\"} 1\n");
}

TEST_F(NetworkRouteTest, FollowsRoutesThatLeaveAndInterfacesThatAreRenamed) {
  Add(RouteWith({}).Add(RTA_OIF, std::uint32_t{2}));
  Add(RouteWith({}).Add(RTA_OIF, std::uint32_t{3}));
  routes_.Run();
  kernel_.Forget(RTM_GETROUTE);
  kernel_.Name(2, "uplink");
  Add(RouteWith({}).Add(RTA_OIF, std::uint32_t{2}));
  EXPECT_EQ(routes_.Run(),
            "node_network_route_info{dest=\"default\",device=\"uplink\",gw=\"\",priority=\"0\","
            "proto=\"boot\",src=\"\",weight=\"\"} 1\n"
            "node_network_routes{device=\"uplink\"} 1\n");
}

TEST_F(NetworkRouteTest, ReportsNothingOfADumpThatFailedAndStartsAnew) {
  Add(RouteWith({}).Add(RTA_OIF, std::uint32_t{2}));
  kernel_.Fail({ErrorCode::kIo, "netlink: broken"});
  EXPECT_EQ(routes_.Run(), "");
  EXPECT_EQ(routes_.status().code(), ErrorCode::kIo);
  kernel_.Fail(Status());
  EXPECT_NE(routes_.Run().find("node_network_routes{device=\"eth0\"} 1\n"), std::string::npos);
}

TEST_F(NetworkRouteTest, AllocatesNothingOnceWarm) {
  const auto hops = Hop(3, 2, NetlinkBody().Add(RTA_GATEWAY, V4("192.0.2.1")));
  Add(RouteWith({}).Add(RTA_OIF, std::uint32_t{2}).Add(RTA_GATEWAY, V4("192.0.2.1")));
  Add(RouteWith({}).AddBytes(RTA_MULTIPATH, hops.data(), hops.size()));
  EXPECT_EQ(routes_.AllocationsOnceWarm(), 0U);
}

TEST(ParseRouteTest, RefusesOtherFamiliesAndAPrefixWithoutItsAddress) {
  EXPECT_TRUE(ParseRoute(RouteWith({}).bytes()));
  EXPECT_FALSE(ParseRoute(RouteWith({.family = AF_MPLS}).bytes()));
  EXPECT_FALSE(ParseRoute(RouteWith({.prefix = 24}).bytes()));
  EXPECT_FALSE(ParseRoute(RouteWith({.prefix = 24}).Add(RTA_DST, V6("::1")).bytes()));
  EXPECT_FALSE(ParseRoute({}));
}

TEST(ParseRouteTest, SurvivesEveryTruncation) {
  const auto hops = Hop(3, 2, NetlinkBody().Add(RTA_GATEWAY, V4("192.0.2.1")));
  const NetlinkBody message = RouteWith({.prefix = 24})
                                  .Add(RTA_DST, V4("192.0.2.0"))
                                  .AddBytes(RTA_MULTIPATH, hops.data(), hops.size());
  const auto bytes = message.bytes();
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    // A copy of its own, so that a sanitizer sees a read behind the end.
    const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<long>(size));
    const auto route = ParseRoute(cut);
    EXPECT_EQ(route.has_value(), size >= sizeof(rtmsg) + 8) << size;
    int seen = 0;
    if (route) collectors::ForEachHop(*route, [&](const collectors::RouteHop&) { ++seen; });
    EXPECT_LE(seen, 1);
  }
}

TEST(NetworkRouteKernelTest, AsksTheKernel) {
  HostTree host;
  CollectorHarness routes("network_route", host);
  routes.Run();
  EXPECT_EQ(routes.status(), Status());
}

}  // namespace
}  // namespace hostpulse
