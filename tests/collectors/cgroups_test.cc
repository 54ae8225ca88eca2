#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHeading = "#subsys_name\thierarchy\tnum_cgroups\tenabled\n";

class CgroupsTest : public testing::Test {
 protected:
  void Write(std::string_view rows) {
    host_.WriteProc("cgroups", std::string(kHeading).append(rows));
  }

  HostTree host_;
};

TEST_F(CgroupsTest, ReportsEveryController) {
  Write("cpuset\t5\t47\t1\nmemory\t0\t234\t1\nrdma\t13\t1\t0\n");
  CollectorHarness cgroups("cgroups", host_);
  EXPECT_EQ(cgroups.Run(),
            "node_cgroups_cgroups{subsys_name=\"cpuset\"} 47\n"
            "node_cgroups_cgroups{subsys_name=\"memory\"} 234\n"
            "node_cgroups_cgroups{subsys_name=\"rdma\"} 1\n"
            "node_cgroups_enabled{subsys_name=\"cpuset\"} 1\n"
            "node_cgroups_enabled{subsys_name=\"memory\"} 1\n"
            "node_cgroups_enabled{subsys_name=\"rdma\"} 0\n");
  EXPECT_EQ(cgroups.status(), Status());
  EXPECT_EQ(cgroups.AllocationsOnceWarm(), 0U);
}

TEST_F(CgroupsTest, FollowsControllersAndCounts) {
  Write("cpu\t2\t1\t1\nmemory\t0\t2\t1\n");
  CollectorHarness cgroups("cgroups", host_);
  cgroups.Run();
  Write("memory\t0\t3\t1\n");
  EXPECT_EQ(cgroups.Run(),
            "node_cgroups_cgroups{subsys_name=\"memory\"} 3\n"
            "node_cgroups_enabled{subsys_name=\"memory\"} 1\n");
}

TEST_F(CgroupsTest, IsFineWithoutControllers) {
  Write("");
  CollectorHarness cgroups("cgroups", host_);
  EXPECT_EQ(cgroups.Run(), "");
  EXPECT_EQ(cgroups.status(), Status());
}

TEST_F(CgroupsTest, NamesTheLineThatIsWrong) {
  for (const std::string bad : {"cpu 2 1", "cpu 2 many 1", "cpu 2 -1 1", "cpu", "cpu 2 1 yes"}) {
    Write(bad + "\n");
    CollectorHarness cgroups("cgroups", host_);
    cgroups.Run();
    EXPECT_EQ(cgroups.status().code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(cgroups.status().message(), HasSubstr("proc/cgroups: cannot parse node_cgroups_"));
    EXPECT_THAT(cgroups.status().message(), HasSubstr("in \"" + bad + "\""));
  }
}

TEST_F(CgroupsTest, IsAbsentWithoutTheFile) {
  CollectorHarness cgroups("cgroups", host_);
  EXPECT_EQ(cgroups.Run(), "");
  EXPECT_EQ(cgroups.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
