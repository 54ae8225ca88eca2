#include "collectors/generic_netlink.h"

#include <gtest/gtest.h>
#include <linux/genetlink.h>

#include <array>
#include <cstring>

#include "tests/support/fake_netlink.h"

namespace hostpulse {
namespace {

using namespace collectors;

NetlinkBody Family(std::string_view name, std::uint16_t id) {
  return NetlinkBody(genlmsghdr{CTRL_CMD_NEWFAMILY, 2, 0})
      .Text(CTRL_ATTR_FAMILY_NAME, name)
      .Add(CTRL_ATTR_FAMILY_ID, id);
}

// The commands of the answers.
std::vector<int> Commands(GenericNetlink& family, Status& status) {
  std::vector<int> commands;
  const std::array<std::byte, 4> attributes{};
  status = family.Dump(5, attributes, [&](std::uint8_t command, std::span<const std::byte>) {
    commands.push_back(command);
  });
  return commands;
}

TEST(GenericNetlinkTest, PutsTheCommandInFrontOfTheAttributes) {
  FakeNetlink kernel;
  kernel.Answer(GENL_ID_CTRL, GENL_ID_CTRL, Family("other", 20));
  kernel.Answer(GENL_ID_CTRL, GENL_ID_CTRL, Family("ours", 21));
  kernel.Answer(21, 21, NetlinkBody(genlmsghdr{7, 1, 0}));
  kernel.Answer(21, 21, NetlinkBody(std::uint8_t{8}));  // Too short to be one.
  GenericNetlink family(kernel.dump(), "ours");
  Status status;
  EXPECT_EQ(Commands(family, status), std::vector<int>{7});
  EXPECT_EQ(status, Status());
  const auto request = kernel.Request(21);
  ASSERT_EQ(request.size(), GENL_HDRLEN + 4);
  genlmsghdr header{};
  std::memcpy(&header, request.data(), sizeof header);
  EXPECT_EQ(header.cmd, 5);
  EXPECT_EQ(header.version, 1);
}

TEST(GenericNetlinkTest, LooksForItsFamilyAgainAfterAFailure) {
  FakeNetlink kernel;
  kernel.Answer(GENL_ID_CTRL, GENL_ID_CTRL, Family("ours", 21));
  kernel.Answer(21, 21, NetlinkBody(genlmsghdr{7, 1, 0}));
  GenericNetlink family(kernel.dump(), "ours");
  Status status;
  Commands(family, status);
  EXPECT_EQ(status, Status());

  // Its module was loaded anew.
  kernel.Forget(GENL_ID_CTRL);
  kernel.Answer(GENL_ID_CTRL, GENL_ID_CTRL, Family("ours", 33));
  kernel.Answer(33, 33, NetlinkBody(genlmsghdr{9, 1, 0}));
  kernel.Fail(21, {ErrorCode::kAbsent, "netlink: no such family"});
  Commands(family, status);
  EXPECT_EQ(status.code(), ErrorCode::kAbsent);
  EXPECT_EQ(Commands(family, status), std::vector<int>{9});
  EXPECT_EQ(status, Status());
}

}  // namespace
}  // namespace hostpulse
