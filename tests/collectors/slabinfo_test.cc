#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kHeading =
    "slabinfo - version: 2.1\n"
    "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables "
    "<limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n";
constexpr std::string_view kDentry =
    "dentry            206816 206976    192   21    1 : tunables    0    0    0 : slabdata   9856 "
    "  9856      0\n";
constexpr std::string_view kFilp =
    "filp                1472   1696    256   16    1 : tunables    0    0    0 : slabdata    106 "
    "   106      0\n";

class SlabinfoTest : public testing::Test {
 protected:
  void Write(std::string_view first, std::string_view second = "") {
    host_.WriteProc("slabinfo", std::string(kHeading).append(first).append(second));
  }
  std::string Run(CollectorHarness::Flags flags) {
    return CollectorHarness("slabinfo", host_, flags).Run();
  }

  HostTree host_;
};

TEST_F(SlabinfoTest, ReportsTheFirstColumnsOfEveryCache) {
  Write(kDentry, kFilp);
  CollectorHarness slabinfo("slabinfo", host_);
  EXPECT_EQ(slabinfo.Run(),
            "node_slabinfo_active_objects{slab=\"dentry\"} 206816\n"
            "node_slabinfo_active_objects{slab=\"filp\"} 1472\n"
            "node_slabinfo_object_size_bytes{slab=\"dentry\"} 192\n"
            "node_slabinfo_object_size_bytes{slab=\"filp\"} 256\n"
            "node_slabinfo_objects{slab=\"dentry\"} 206976\n"
            "node_slabinfo_objects{slab=\"filp\"} 1696\n"
            "node_slabinfo_objects_per_slab{slab=\"dentry\"} 21\n"
            "node_slabinfo_objects_per_slab{slab=\"filp\"} 16\n"
            "node_slabinfo_pages_per_slab{slab=\"dentry\"} 1\n"
            "node_slabinfo_pages_per_slab{slab=\"filp\"} 1\n");
  EXPECT_EQ(slabinfo.status(), Status());
  EXPECT_EQ(slabinfo.AllocationsOnceWarm(), 0U);
}

TEST_F(SlabinfoTest, FiltersByNameBothWays) {
  Write(kDentry, kFilp);
  constexpr std::string_view kInclude = "collector.slabinfo.slabs-include";
  constexpr std::string_view kExclude = "collector.slabinfo.slabs-exclude";
  const std::string dentry = Run({{kInclude, "^dent"}});
  EXPECT_THAT(dentry, HasSubstr("slab=\"dentry\""));
  EXPECT_THAT(dentry, Not(HasSubstr("slab=\"filp\"")));
  EXPECT_EQ(Run({{kExclude, "filp"}}), dentry);
  EXPECT_EQ(Run({{kInclude, "."}, {kExclude, "^f"}}), dentry);
  EXPECT_EQ(Run({{kExclude, "."}}), "");
}

TEST_F(SlabinfoTest, DropsACacheThatLeft) {
  Write(kDentry, kFilp);
  CollectorHarness slabinfo("slabinfo", host_);
  slabinfo.Run();
  Write(kFilp);
  EXPECT_THAT(slabinfo.Run(), Not(HasSubstr("dentry")));
}

TEST_F(SlabinfoTest, NamesTheLineThatIsWrongIfItIsWanted) {
  for (const std::string bad : {"bad", "bad 1 2 3 4", "bad 1 2 3 4 : tunables", "bad -1 2 3 4 5",
                                "bad cache 1 2 3 4 5 : tunables"}) {
    Write(kDentry, bad + "\n");
    CollectorHarness slabinfo("slabinfo", host_);
    slabinfo.Run();
    EXPECT_EQ(slabinfo.status().code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(slabinfo.status().message(), HasSubstr("proc/slabinfo: cannot parse node_slab"));
    EXPECT_THAT(slabinfo.status().message(), HasSubstr("in \"" + bad + "\""));
    CollectorHarness others("slabinfo", host_, {{"collector.slabinfo.slabs-exclude", "^bad$"}});
    others.Run();
    EXPECT_EQ(others.status(), Status());
  }
}

TEST_F(SlabinfoTest, IsAbsentWithoutTheFile) {
  CollectorHarness slabinfo("slabinfo", host_);
  EXPECT_EQ(slabinfo.Run(), "");
  EXPECT_EQ(slabinfo.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
