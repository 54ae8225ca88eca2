#include "collectors/nvme_name.h"

#include <gtest/gtest.h>

namespace hostpulse::collectors {
namespace {

TEST(NvmeNameTest, TellsControllersNamespacesAndPathsApart) {
  const auto controller = ParseNvmeName("nvme12");
  ASSERT_TRUE(controller.has_value());
  EXPECT_EQ(controller->instance, "12");
  EXPECT_EQ(controller->path, "");
  EXPECT_EQ(controller->name_space, "");

  const auto name_space = ParseNvmeName("nvme0n10");
  ASSERT_TRUE(name_space.has_value());
  EXPECT_EQ(name_space->instance, "0");
  EXPECT_EQ(name_space->path, "");
  EXPECT_EQ(name_space->name_space, "10");

  const auto path = ParseNvmeName("nvme3c4n5");
  ASSERT_TRUE(path.has_value());
  EXPECT_EQ(path->instance, "3");
  EXPECT_EQ(path->path, "4");
  EXPECT_EQ(path->name_space, "5");
}

TEST(NvmeNameTest, KnowsNothingElse) {
  for (const char* name :
       {"", "nvme", "nvmen1", "nvme0n", "nvme0c", "nvme0c1", "nvme0c1n", "nvme0n1p2", "nvme0n1c0",
        "ng0n1", "nvme-subsys0", "hwmon1", "power", "xnvme0", "nvme0 ", "nvme0n-1"}) {
    EXPECT_FALSE(ParseNvmeName(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace hostpulse::collectors
