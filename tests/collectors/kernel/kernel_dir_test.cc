#include "collectors/kernel/kernel_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "tests/support/alloc_counter.h"
#include "tests/support/host_tree.h"

namespace hostpulse::kernel {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

class KernelDirTest : public testing::Test {
 protected:
  HostTree host_;
  DescriptorBudget budget_{1};
  KernelDir dir_{host_.paths().Sys("class/net"), budget_};
};

TEST_F(KernelDirTest, ListsNamesSorted) {
  for (const char* name : {"lo", "eth1", "eth0", ".hidden"}) {
    host_.WriteSys(std::string("class/net/") + name, "");
  }
  EXPECT_THAT(*dir_.List(), ElementsAre(".hidden", "eth0", "eth1", "lo"));
}

TEST_F(KernelDirTest, FollowsWhatComesAndGoes) {
  host_.WriteSys("class/net/eth0", "");
  EXPECT_THAT(*dir_.List(), ElementsAre("eth0"));
  host_.WriteSys("class/net/eth1", "");
  EXPECT_THAT(*dir_.List(), ElementsAre("eth0", "eth1"));
  host_.Remove("sys/class/net/eth0");
  EXPECT_THAT(*dir_.List(), ElementsAre("eth1"));
  host_.Remove("sys/class/net/eth1");
  EXPECT_THAT(*dir_.List(), IsEmpty());
}

TEST_F(KernelDirTest, ListsManyLongNames) {
  for (int i = 1000; i < 1400; ++i) {
    host_.WriteSys("class/net/" + std::to_string(i) + std::string(200, 'x'), "");
  }
  const auto names = dir_.List();
  ASSERT_EQ(names->size(), 400U);
  EXPECT_TRUE(names->front().starts_with("1000x"));
  EXPECT_TRUE(names->back().starts_with("1399x"));
}

// File systems of the kernel, where a listing ends without another question.
TEST_F(KernelDirTest, ListsAllOfTheKernelsDirectories) {
  for (const char* path : {"/sys/module", "/sys/class", "/proc/sys/kernel", "/proc/self"}) {
    std::error_code error;
    std::vector<std::string> expected;
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      expected.push_back(entry.path().filename());
    }
    if (error) continue;
    std::sort(expected.begin(), expected.end());
    KernelDir dir(path, budget_);
    ASSERT_TRUE(dir.List().ok()) << path;
    EXPECT_THAT(*dir.List(), ElementsAreArray(expected)) << path;
  }
}

TEST_F(KernelDirTest, FindsADirectoryThatCameBack) {
  host_.WriteSys("class/net/eth0", "");
  ASSERT_TRUE(dir_.List().ok());
  host_.Remove("sys/class/net");
  EXPECT_EQ(dir_.List().status().code(), ErrorCode::kAbsent);
  EXPECT_EQ(budget_.left(), 1);
  host_.WriteSys("class/net/eth9", "");
  EXPECT_THAT(*dir_.List(), ElementsAre("eth9"));
}

TEST_F(KernelDirTest, WorksWithoutADescriptorToKeep) {
  host_.WriteSys("class/net/eth0", "");
  DescriptorBudget none(0);
  KernelDir dir(host_.paths().Sys("class/net"), none);
  EXPECT_THAT(*dir.List(), ElementsAre("eth0"));
  EXPECT_THAT(*dir.List(), ElementsAre("eth0"));
}

TEST_F(KernelDirTest, ReturnsItsDescriptor) {
  host_.WriteSys("class/net/eth0", "");
  {
    KernelDir moved(std::move(dir_));
    ASSERT_TRUE(moved.List().ok());
    EXPECT_EQ(budget_.left(), 0);
  }
  EXPECT_EQ(budget_.left(), 1);
}

TEST_F(KernelDirTest, CallsAFileInItsPlaceAbsent) {
  host_.WriteSys("class/net", "");
  EXPECT_EQ(dir_.List().status().code(), ErrorCode::kAbsent);
}

TEST_F(KernelDirTest, AllocatesNothingOnceWarm) {
  for (const char* name : {"eth0", "eth1", "lo"}) {
    host_.WriteSys(std::string("class/net/") + name, "");
  }
  ASSERT_TRUE(dir_.List().ok());
  const auto before = test::AllocationsOfThisThread();
  EXPECT_TRUE(dir_.List().ok());
  EXPECT_EQ(test::AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace hostpulse::kernel
