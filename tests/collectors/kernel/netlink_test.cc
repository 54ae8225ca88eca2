#include "collectors/kernel/netlink.h"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace hostpulse::kernel {
namespace {

// Attributes as the kernel lays them out: a head of length and type, the payload, padding to four.
class Attributes {
 public:
  Attributes& Add(std::uint16_t type, std::string_view payload) {
    const auto length = static_cast<std::uint16_t>(4 + payload.size());
    Append(&length, 2);
    Append(&type, 2);
    Append(payload.data(), payload.size());
    while (bytes_.size() % 4 != 0) bytes_.push_back(std::byte{0});
    return *this;
  }
  Attributes& Cut(std::size_t count) {
    bytes_.resize(bytes_.size() - count);
    return *this;
  }

  // "type:payload " of every attribute that is visited.
  std::string Visit() const {
    // A copy of exactly this size, so that a sanitizer sees a read behind its end.
    const std::vector<std::byte> exact(bytes_);
    std::string seen;
    ForEachAttribute(exact, [&](const NetlinkAttribute& attribute) {
      seen += std::to_string(attribute.type) + ":" + std::string(attribute.text()) + " ";
    });
    return seen;
  }

 private:
  void Append(const void* data, std::size_t size) {
    const auto* const start = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), start, start + size);
  }
  std::vector<std::byte> bytes_;
};

TEST(ForEachAttributeTest, VisitsEachInOrder) {
  EXPECT_EQ(Attributes().Add(3, "eth0").Add(4, "12345").Add(5, "").Visit(), "3:eth0 4:12345 5: ");
  EXPECT_EQ(Attributes().Visit(), "");
}

TEST(ForEachAttributeTest, TakesFlagsOffTheType) {
  EXPECT_EQ(Attributes().Add(NLA_F_NESTED | 7, "x").Visit(), "7:x ");
}

TEST(ForEachAttributeTest, StopsAtWhatDoesNotFit) {
  const auto two = [] { return Attributes().Add(1, "abcd").Add(2, "efgh"); };
  EXPECT_EQ(two().Cut(1).Visit(), "1:abcd ");
  EXPECT_EQ(two().Cut(4).Visit(), "1:abcd ");
  EXPECT_EQ(two().Cut(6).Visit(), "1:abcd ");
  EXPECT_EQ(two().Cut(8).Visit(), "1:abcd ");
}

TEST(ForEachAttributeTest, StopsAtALengthShorterThanItsHead) {
  std::array<std::byte, 8> zero_length{};
  int seen = 0;
  ForEachAttribute(zero_length, [&](const NetlinkAttribute&) { ++seen; });
  EXPECT_EQ(seen, 0);
}

TEST(ForEachAttributeTest, TakesALastOneWithoutPadding) {
  EXPECT_EQ(Attributes().Add(1, "abc").Cut(1).Visit(), "1:abc ");
}

TEST(NetlinkAttributeTest, CopiesOnlyWhatIsWholly) {
  const std::array<std::byte, 4> bytes{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  std::uint32_t word = 0;
  EXPECT_TRUE((NetlinkAttribute{1, bytes}.CopyTo(word)));
  std::uint32_t same = 0;
  std::memcpy(&same, bytes.data(), sizeof(same));
  EXPECT_EQ(word, same);
  std::uint64_t longer = 7;
  EXPECT_FALSE((NetlinkAttribute{1, bytes}.CopyTo(longer)));
  EXPECT_EQ(longer, 7U);
}

// The names of the interfaces that a dump of RTM_GETLINK lists.
Status ListInterfaces(NetlinkSocket& socket, std::vector<std::string>& names) {
  names.clear();
  const ifinfomsg request{};
  return socket.Dump(RTM_GETLINK, std::as_bytes(std::span(&request, 1)),
                     [&](std::uint16_t type, std::span<const std::byte> body) {
                       if (type != RTM_NEWLINK || body.size() < sizeof(ifinfomsg)) return;
                       ForEachAttribute(body.subspan(sizeof(ifinfomsg)),
                                        [&](const NetlinkAttribute& attribute) {
                                          if (attribute.type == IFLA_IFNAME) {
                                            names.emplace_back(attribute.text());
                                          }
                                        });
                     });
}

TEST(NetlinkSocketTest, DumpsTheLinksOfThisHostAgainAndAgain) {
  NetlinkSocket socket(NETLINK_ROUTE);
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(ListInterfaces(socket, names), Status());
    EXPECT_EQ(std::count(names.begin(), names.end(), "lo"), 1);
  }
}

TEST(NetlinkSocketTest, ReportsWhatTheKernelRefusesAndGoesOn) {
  NetlinkSocket socket(NETLINK_ROUTE);
  const ifinfomsg request{};
  const Status refused = socket.Dump(RTM_MAX + 4, std::as_bytes(std::span(&request, 1)),
                                     [](std::uint16_t, std::span<const std::byte>) {});
  EXPECT_FALSE(refused.ok());
  std::vector<std::string> names;
  EXPECT_EQ(ListInterfaces(socket, names), Status());
  EXPECT_FALSE(names.empty());
}

TEST(NetlinkSocketTest, CallsAProtocolThatTheKernelLacksAbsent) {
  NetlinkSocket socket(31);
  const Status status =
      socket.Dump(RTM_GETLINK, {}, [](std::uint16_t, std::span<const std::byte>) {});
  EXPECT_EQ(status.code(), ErrorCode::kAbsent) << status.message();
}

}  // namespace
}  // namespace hostpulse::kernel
