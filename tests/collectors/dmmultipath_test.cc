#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

class DmMultipathTest : public testing::Test {
 protected:
  void WriteMap(const std::string& dm, const std::string& name) {
    const std::string directory = "block/" + dm + "/";
    host_.WriteSys(directory + "dm/uuid", "mpath-3600508b1001c" + dm + "\n");
    host_.WriteSys(directory + "dm/name", name + "\n");
    host_.WriteSys(directory + "dm/suspended", "0\n");
    host_.WriteSys(directory + "size", "2097152\n");
  }
  void WritePath(const std::string& dm, const std::string& path, std::string_view state) {
    host_.WriteSys("devices/" + path + "/device/state", state);
    host_.LinkSys("block/" + dm + "/slaves/" + path, "../../../devices/" + path);
  }

  HostTree host_;
};

TEST_F(DmMultipathTest, ReportsMapsAndTheirPaths) {
  WriteMap("dm-0", "mpatha");
  WritePath("dm-0", "sda", "running\n");
  WritePath("dm-0", "sdb", "offline\n");
  WritePath("dm-0", "nvme0n1", "live\n");
  CollectorHarness dmmultipath("dmmultipath", host_);
  EXPECT_EQ(dmmultipath.Run(),
            "node_dmmultipath_device_active{device=\"mpatha\",sysfs_name=\"dm-0\"} 1\n"
            "node_dmmultipath_device_info{device=\"mpatha\",sysfs_name=\"dm-0\","
            "uuid=\"mpath-3600508b1001cdm-0\"} 1\n"
            "node_dmmultipath_device_paths{device=\"mpatha\",sysfs_name=\"dm-0\"} 3\n"
            "node_dmmultipath_device_paths_active{device=\"mpatha\",sysfs_name=\"dm-0\"} 2\n"
            "node_dmmultipath_device_paths_failed{device=\"mpatha\",sysfs_name=\"dm-0\"} 1\n"
            "node_dmmultipath_device_size_bytes{device=\"mpatha\",sysfs_name=\"dm-0\"} 1073741824\n"
            "node_dmmultipath_path_state{device=\"mpatha\",path=\"nvme0n1\",state=\"live\"} 1\n"
            "node_dmmultipath_path_state{device=\"mpatha\",path=\"sda\",state=\"running\"} 1\n"
            "node_dmmultipath_path_state{device=\"mpatha\",path=\"sdb\",state=\"offline\"} 1\n");
  EXPECT_EQ(dmmultipath.status(), Status());
  EXPECT_EQ(dmmultipath.AllocationsOnceWarm(), 0U);
}

TEST_F(DmMultipathTest, PassesOverOtherDevices) {
  WriteMap("dm-0", "mpatha");
  host_.WriteSys("block/dm-1/dm/uuid", "LVM-abc\n");
  host_.WriteSys("block/dm-1/dm/name", "vg-root\n");
  host_.WriteSys("block/dm-2/dm/uuid", "part1-mpath-3600508b1001c\n");
  host_.WriteSys("block/dm-2/dm/name", "mpatha-part1\n");
  host_.WriteSys("block/dm-3/size", "1\n");
  host_.WriteSys("block/sda/dm/uuid", "mpath-no\n");
  CollectorHarness dmmultipath("dmmultipath", host_);
  const std::string text = dmmultipath.Run();
  EXPECT_THAT(text, HasSubstr("dm-0"));
  for (const char* other : {"dm-1", "dm-2", "dm-3", "sda"}) {
    EXPECT_THAT(text, Not(HasSubstr(other)));
  }
}

TEST_F(DmMultipathTest, SaysSuspendedAndWithoutPaths) {
  WriteMap("dm-0", "mpatha");
  WritePath("dm-0", "sda", "running\n");
  CollectorHarness dmmultipath("dmmultipath", host_);
  dmmultipath.Run();
  host_.WriteSys("block/dm-0/dm/suspended", "1\n");
  host_.Remove("sys/block/dm-0/slaves/sda");
  const std::string text = dmmultipath.Run();
  EXPECT_THAT(text, HasSubstr("device_active{device=\"mpatha\",sysfs_name=\"dm-0\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("device_paths{device=\"mpatha\",sysfs_name=\"dm-0\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("paths_failed{device=\"mpatha\",sysfs_name=\"dm-0\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("path_state")));
}

TEST_F(DmMultipathTest, CountsAPathWithoutAStateAsFailed) {
  WriteMap("dm-0", "mpatha");
  WritePath("dm-0", "sda", "running\n");
  WritePath("dm-0", "sdb", "\n");
  WritePath("dm-0", "sdc", "running\n");
  host_.Remove("sys/devices/sdc/device/state");
  CollectorHarness dmmultipath("dmmultipath", host_);
  const std::string text = dmmultipath.Run();
  EXPECT_THAT(text, HasSubstr("paths_failed{device=\"mpatha\",sysfs_name=\"dm-0\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("path=\"sdb\",state=\"unknown\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("path=\"sdc\",state=\"unknown\"} 1\n"));
  EXPECT_EQ(dmmultipath.status(), Status());
}

TEST_F(DmMultipathTest, FollowsTheStateOfAPath) {
  WriteMap("dm-0", "mpatha");
  WritePath("dm-0", "sda", "running\n");
  CollectorHarness dmmultipath("dmmultipath", host_);
  dmmultipath.Run();
  WritePath("dm-0", "sdb", "blocked\n");
  host_.WriteSys("devices/sda/device/state", "transport-offline\n");
  EXPECT_THAT(dmmultipath.Run(),
              HasSubstr("path_state{device=\"mpatha\",path=\"sda\",state=\"transport-offline\"} 1\n"
                        "node_dmmultipath_path_state{device=\"mpatha\",path=\"sdb\","
                        "state=\"blocked\"} 1\n"));
}

TEST_F(DmMultipathTest, FollowsMapsThatComeAndGo) {
  WriteMap("dm-0", "mpatha");
  WriteMap("dm-1", "mpathb");
  CollectorHarness dmmultipath("dmmultipath", host_);
  dmmultipath.KeepDescriptors(0);
  EXPECT_THAT(dmmultipath.Run(), HasSubstr("mpathb"));
  host_.Remove("sys/block/dm-1/dm");  // Listed, but not there any more.
  EXPECT_THAT(dmmultipath.Run(), Not(HasSubstr("mpathb")));
  EXPECT_EQ(dmmultipath.status(), Status());
  host_.WriteSys("block/dm-1/dm/uuid", "LVM-abc\n");  // Another device takes the number.
  host_.WriteSys("block/dm-1/dm/name", "vg-root\n");
  EXPECT_THAT(dmmultipath.Run(), Not(HasSubstr("dm-1")));
}

TEST_F(DmMultipathTest, NamesABadFileAndReportsTheRest) {
  WriteMap("dm-0", "mpath\xff");
  host_.WriteSys("block/dm-0/size", "large\n");
  CollectorHarness dmmultipath("dmmultipath", host_);
  EXPECT_THAT(dmmultipath.Run(),
              HasSubstr("device_active{device=\"mpath\xEF\xBF\xBD\",sysfs_name=\"dm-0\"} 1\n"));
  EXPECT_EQ(dmmultipath.status().code(), ErrorCode::kParse);
  EXPECT_THAT(dmmultipath.status().message(), HasSubstr("block/dm-0/size"));
}

TEST_F(DmMultipathTest, IsFineWithoutMapsAndAbsentWithoutBlockDevices) {
  CollectorHarness without("dmmultipath", host_);
  without.Run();
  EXPECT_EQ(without.status().code(), ErrorCode::kAbsent);
  host_.WriteSys("block/sda/size", "1\n");
  CollectorHarness dmmultipath("dmmultipath", host_);
  EXPECT_EQ(dmmultipath.Run(), "");
  EXPECT_EQ(dmmultipath.status(), Status());
}

}  // namespace
}  // namespace hostpulse
