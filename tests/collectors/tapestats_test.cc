#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

class TapestatsTest : public testing::Test {
 protected:
  void Write(std::string_view device, std::string_view file, std::string_view value) {
    std::string path("class/scsi_tape/");
    path.append(device).append("/stats/").append(file);
    host_.WriteSys(path, std::string(value) + "\n");
  }

  HostTree host_;
};

TEST_F(TapestatsTest, ReadsEveryFileInItsUnit) {
  Write("st0", "in_flight", "1");
  Write("st0", "io_ns", "9247011087720");
  Write("st0", "other_cnt", "1409");
  Write("st0", "read_byte_cnt", "979383912");
  Write("st0", "read_cnt", "3741");
  Write("st0", "read_ns", "33788355744");
  Write("st0", "resid_cnt", "19");
  Write("st0", "write_byte_cnt", "1496246784000");
  Write("st0", "write_cnt", "53772916");
  Write("st0", "write_ns", "5233597394395");
  CollectorHarness tapestats("tapestats", host_);
  EXPECT_EQ(tapestats.Run(),
            "node_tape_io_now{device=\"st0\"} 1\n"
            "node_tape_io_others_total{device=\"st0\"} 1409\n"
            "node_tape_io_time_seconds_total{device=\"st0\"} 9247.01108772\n"
            "node_tape_read_bytes_total{device=\"st0\"} 979383912\n"
            "node_tape_read_time_seconds_total{device=\"st0\"} 33.788355744\n"
            "node_tape_reads_completed_total{device=\"st0\"} 3741\n"
            "node_tape_residual_total{device=\"st0\"} 19\n"
            "node_tape_write_time_seconds_total{device=\"st0\"} 5233.597394395\n"
            "node_tape_writes_completed_total{device=\"st0\"} 53772916\n"
            "node_tape_written_bytes_total{device=\"st0\"} 1496246784000\n");
  EXPECT_EQ(tapestats.status(), Status());
  EXPECT_EQ(tapestats.AllocationsOnceWarm(), 0U);
}

TEST_F(TapestatsTest, TakesADriveOnceHoweverManyNamesItHas) {
  for (const char* name : {"nst0", "nst0a", "st0", "st0a", "st0l", "st", "st-1", "st11", "tape"}) {
    Write(name, "read_cnt", "5");
  }
  CollectorHarness tapestats("tapestats", host_);
  EXPECT_EQ(tapestats.Run(),
            "node_tape_reads_completed_total{device=\"st0\"} 5\n"
            "node_tape_reads_completed_total{device=\"st11\"} 5\n");
}

TEST_F(TapestatsTest, LeavesIgnoredDrivesOut) {
  Write("st0", "read_cnt", "5");
  Write("st1", "read_cnt", "6");
  CollectorHarness tapestats("tapestats", host_,
                             {{"collector.tapestats.ignored-devices", "^st0$"}});
  EXPECT_EQ(tapestats.Run(), "node_tape_reads_completed_total{device=\"st1\"} 6\n");
  EXPECT_EQ(tapestats.status(), Status());
}

TEST_F(TapestatsTest, FollowsDrivesThatLeaveAndCome) {
  Write("st0", "read_cnt", "5");
  Write("st1", "read_cnt", "6");
  CollectorHarness tapestats("tapestats", host_);
  tapestats.Run();
  host_.Remove("sys/class/scsi_tape/st0");
  Write("st1", "read_cnt", "7");
  Write("st2", "read_cnt", "8");
  EXPECT_EQ(tapestats.Run(),
            "node_tape_reads_completed_total{device=\"st1\"} 7\n"
            "node_tape_reads_completed_total{device=\"st2\"} 8\n");
}

TEST_F(TapestatsTest, IsContentWithADriveThatLeavesWhileItIsRead) {
  Write("st0", "read_cnt", "5");
  CollectorHarness tapestats("tapestats", host_);
  tapestats.KeepDescriptors(0);
  tapestats.Run();
  host_.Remove("sys/class/scsi_tape/st0/stats");
  EXPECT_EQ(tapestats.Run(), "");
  EXPECT_EQ(tapestats.status(), Status());
}

TEST_F(TapestatsTest, NamesAFileItCannotReadAndReadsTheRest) {
  Write("st0", "in_flight", "<unknown>");
  Write("st0", "io_ns", "");
  Write("st0", "other_cnt", "-1");
  Write("st0", "read_byte_cnt", "18446744073709551616");
  Write("st0", "read_cnt", "4");
  Write("st1", "read_cnt", "9007199254740992");
  CollectorHarness tapestats("tapestats", host_);
  EXPECT_EQ(tapestats.Run(),
            "node_tape_reads_completed_total{device=\"st0\"} 4\n"
            "node_tape_reads_completed_total{device=\"st1\"} 9007199254740992\n");
  EXPECT_EQ(tapestats.status().code(), ErrorCode::kParse);
  EXPECT_THAT(tapestats.status().message(),
              HasSubstr("class/scsi_tape/st0/stats/in_flight: cannot parse in_flight in "
                        "\"<unknown>\""));
  EXPECT_THAT(tapestats.status().message(), Not(HasSubstr("other_cnt")));
}

TEST_F(TapestatsTest, IsContentWithoutDrives) {
  host_.WriteSys("class/scsi_tape/st0a/nothing", "");
  CollectorHarness tapestats("tapestats", host_);
  EXPECT_EQ(tapestats.Run(), "");
  EXPECT_EQ(tapestats.status(), Status());
}

TEST_F(TapestatsTest, IsAbsentWithoutTheClass) {
  CollectorHarness tapestats("tapestats", host_);
  EXPECT_EQ(tapestats.Run(), "");
  EXPECT_EQ(tapestats.status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(tapestats.status().message(), HasSubstr("class/scsi_tape"));
}

}  // namespace
}  // namespace hostpulse
