#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// As Linux 6.1 prints them, with a number of its own in each column.
constexpr std::string_view kLocalMounts =
    "device sysfs mounted on /sys with fstype sysfs\n"
    "no device mounted on /dev/pts with fstype devpts\n"
    "device /dev/vda1 mounted on / with fstype ext4\n";
constexpr std::string_view kNfsMount =
    "device 192.0.2.1:/srv mounted on /mnt/srv with fstype nfs4 statvers=1.1\n"
    "\topts:\trw,vers=4.2,rsize=1048576,wsize=1048576,nconnect=2,proto=tcp\n"
    "\tage:\t13968\n"
    "\timpl_id:\tname='',domain='',date='0,0'\n"
    "\tcaps:\tcaps=0x3ffbffdf,wtmult=512,dtsize=1048576,bsize=0,namlen=255\n"
    "\tnfsv4:\tbm0=0xfdffbfff,bm1=0x40f9be3e,bm2=0x803,acl=0x3,sessions,pnfs=not configured\n"
    "\tsec:\tflavor=1,pseudoflavor=1\n"
    "\tevents:\t101 102 103 104 105 106 107 108 109 110 111 112 113 114 115 116 117 118 119 120 "
    "121 122 123 124 125 126 127 \n"
    "\tbytes:\t1207640230 2 3 4 1210214218 6 295483 8 \n"
    "\tRPC iostats version: 1.1  p/v: 100003/4 (nfs)\n"
    "\txprt:\ttcp 832 1 2 3 11 6428 6429 99 12154 18 19 20 21\n"
    "\txprt:\ttcp 833 31 32 34 35 36 37 38 39 40 41 42 43\n"
    "\tper-op statistics\n"
    "\t        NULL: 0 0 0 0 0 0 0 0 0\n"
    "\t        READ: 1298 1299 3 207680 1210292152 6 79386 9007199254740995 4\n"
    "\n";
constexpr std::string_view kLocalInfo =
    "22 1 0:20 / /sys rw - sysfs sysfs rw\n"
    "23 1 0:21 / /dev/pts rw - devpts devpts rw\n"
    "1 0 254:1 / / rw shared:1 - ext4 /dev/vda1 rw\n";
constexpr std::string_view kNfsInfo =
    "90 1 0:42 / /mnt/srv rw shared:144 - nfs4 192.0.2.1:/srv "
    "rw,vers=4.2,clientaddr=192.0.2.7,local_lock=none,addr=192.0.2.1\n";

// A mount of its own with as little as can be.
std::string Mount(std::string_view device, std::string_view point, std::string_view protocol,
                  int age = 5) {
  const std::string numbers =
      protocol == "udp" ? "1 2 3 4 5 6 7 8 9 10" : "1 2 3 4 5 6 7 8 9 10 11 12 13";
  return "device " + std::string(device) + " mounted on " + std::string(point) +
         " with fstype nfs statvers=1.1\n\tage:\t" + std::to_string(age) + "\n\txprt:\t" +
         std::string(protocol) + " " + numbers + "\n\tper-op statistics\n\n";
}

std::string Info(std::string_view device, std::string_view point, std::string_view address) {
  return "90 1 0:42 / " + std::string(point) + " rw - nfs " + std::string(device) +
         " rw,addr=" + std::string(address) + "\n";
}

constexpr std::string_view kSamples =
    R"(node_mountstats_nfs_age_seconds_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 13968
node_mountstats_nfs_direct_read_bytes_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 3
node_mountstats_nfs_direct_write_bytes_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 4
node_mountstats_nfs_event_attribute_invalidate_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 104
node_mountstats_nfs_event_data_invalidate_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 103
node_mountstats_nfs_event_dnode_revalidate_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 102
node_mountstats_nfs_event_inode_revalidate_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 101
node_mountstats_nfs_event_jukebox_delay_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 125
node_mountstats_nfs_event_pnfs_read_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 126
node_mountstats_nfs_event_pnfs_write_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 127
node_mountstats_nfs_event_short_read_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 123
node_mountstats_nfs_event_short_write_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 124
node_mountstats_nfs_event_silly_rename_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 122
node_mountstats_nfs_event_truncation_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 120
node_mountstats_nfs_event_vfs_access_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 107
node_mountstats_nfs_event_vfs_file_release_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 118
node_mountstats_nfs_event_vfs_flush_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 115
node_mountstats_nfs_event_vfs_fsync_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 116
node_mountstats_nfs_event_vfs_getdents_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 113
node_mountstats_nfs_event_vfs_lock_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 117
node_mountstats_nfs_event_vfs_lookup_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 106
node_mountstats_nfs_event_vfs_open_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 105
node_mountstats_nfs_event_vfs_read_page_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 109
node_mountstats_nfs_event_vfs_read_pages_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 110
node_mountstats_nfs_event_vfs_setattr_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 114
node_mountstats_nfs_event_vfs_update_page_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 108
node_mountstats_nfs_event_vfs_write_page_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 111
node_mountstats_nfs_event_vfs_write_pages_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 112
node_mountstats_nfs_event_write_extension_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 121
node_mountstats_nfs_mountpoint_info{export="192.0.2.1:/srv",mountaddr="192.0.2.1",mountpoint="/mnt/srv",protocol="tcp"} 1
node_mountstats_nfs_operations_major_timeouts_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="NULL",protocol="tcp"} 0
node_mountstats_nfs_operations_major_timeouts_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="READ",protocol="tcp"} 3
node_mountstats_nfs_operations_queue_time_seconds_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="NULL",protocol="tcp"} 0
node_mountstats_nfs_operations_queue_time_seconds_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="READ",protocol="tcp"} 0.006
node_mountstats_nfs_operations_received_bytes_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="NULL",protocol="tcp"} 0
node_mountstats_nfs_operations_received_bytes_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="READ",protocol="tcp"} 1210292152
node_mountstats_nfs_operations_request_time_seconds_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="NULL",protocol="tcp"} 0
node_mountstats_nfs_operations_request_time_seconds_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="READ",protocol="tcp"} 0.003
node_mountstats_nfs_operations_requests_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="NULL",protocol="tcp"} 0
node_mountstats_nfs_operations_requests_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="READ",protocol="tcp"} 1298
node_mountstats_nfs_operations_response_time_seconds_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="NULL",protocol="tcp"} 0
node_mountstats_nfs_operations_response_time_seconds_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="READ",protocol="tcp"} 79.386
node_mountstats_nfs_operations_sent_bytes_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="NULL",protocol="tcp"} 0
node_mountstats_nfs_operations_sent_bytes_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="READ",protocol="tcp"} 207680
node_mountstats_nfs_operations_transmissions_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="NULL",protocol="tcp"} 0
node_mountstats_nfs_operations_transmissions_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",operation="READ",protocol="tcp"} 1299
node_mountstats_nfs_read_bytes_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 1207640230
node_mountstats_nfs_read_pages_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 295483
node_mountstats_nfs_total_read_bytes_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 1210214218
node_mountstats_nfs_total_write_bytes_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 6
node_mountstats_nfs_transport_backlog_queue_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="0"} 18
node_mountstats_nfs_transport_backlog_queue_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="1"} 40
node_mountstats_nfs_transport_bad_transaction_ids_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="0"} 99
node_mountstats_nfs_transport_bad_transaction_ids_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="1"} 38
node_mountstats_nfs_transport_bind_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="0"} 1
node_mountstats_nfs_transport_bind_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="1"} 31
node_mountstats_nfs_transport_connect_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="0"} 2
node_mountstats_nfs_transport_connect_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="1"} 32
node_mountstats_nfs_transport_idle_time_seconds{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="0"} 11
node_mountstats_nfs_transport_idle_time_seconds{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="1"} 35
node_mountstats_nfs_transport_maximum_rpc_slots{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="0"} 19
node_mountstats_nfs_transport_maximum_rpc_slots{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="1"} 41
node_mountstats_nfs_transport_pending_queue_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="0"} 21
node_mountstats_nfs_transport_pending_queue_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="1"} 43
node_mountstats_nfs_transport_receives_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="0"} 6429
node_mountstats_nfs_transport_receives_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="1"} 37
node_mountstats_nfs_transport_sending_queue_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="0"} 20
node_mountstats_nfs_transport_sending_queue_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="1"} 42
node_mountstats_nfs_transport_sends_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="0"} 6428
node_mountstats_nfs_transport_sends_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp",transport="1"} 36
node_mountstats_nfs_write_bytes_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 2
node_mountstats_nfs_write_pages_total{export="192.0.2.1:/srv",mountaddr="192.0.2.1",protocol="tcp"} 8
)";

class MountstatsTest : public testing::Test {
 protected:
  std::string Run(std::string_view mountstats, std::string_view mountinfo) {
    host_.WriteProc("self/mountstats", mountstats);
    host_.WriteProc("self/mountinfo", mountinfo);
    return mountstats_.Run();
  }

  HostTree host_;
  CollectorHarness mountstats_{"mountstats", host_};
};

TEST_F(MountstatsTest, ReadsEveryNumberOfAMount) {
  EXPECT_EQ(
      Run(std::string(kLocalMounts).append(kNfsMount), std::string(kLocalInfo).append(kNfsInfo)),
      kSamples);
  EXPECT_EQ(mountstats_.status(), Status());
  EXPECT_EQ(mountstats_.AllocationsOnceWarm(), 0U);
}

TEST_F(MountstatsTest, ReportsAnExportThatIsMountedTwiceOnce) {
  const std::string samples =
      Run(Mount("a:/x", "/one", "tcp", 700) + Mount("a:/x", "/two", "tcp", 800),
          Info("a:/x", "/one", "192.0.2.1") + Info("a:/x", "/two", "192.0.2.1"));
  EXPECT_THAT(samples, AllOf(HasSubstr("age_seconds_total{export=\"a:/x\","
                                       "mountaddr=\"192.0.2.1\",protocol=\"tcp\"} 700\n"),
                             HasSubstr("mountpoint=\"/one\""), Not(HasSubstr("} 800\n"))));
  EXPECT_EQ(mountstats_.duplicates(), 0U);
  EXPECT_EQ(mountstats_.Run(), samples) << "also the next time";
}

TEST_F(MountstatsTest, TellsMountsOfAnExportByAddressAndProtocol) {
  const std::string samples =
      Run(Mount("a:/x", "/one", "tcp", 7) + Mount("a:/x", "/two", "udp", 8) +
              Mount("a:/x", "/three", "tcp", 9),
          Info("a:/x", "/one", "192.0.2.1") + Info("a:/x", "/two", "192.0.2.1") +
              Info("a:/x", "/three", "2001:db8::1"));
  EXPECT_THAT(samples, AllOf(HasSubstr("mountaddr=\"192.0.2.1\",protocol=\"tcp\"} 7\n"),
                             HasSubstr("mountaddr=\"192.0.2.1\",protocol=\"udp\"} 8\n"),
                             HasSubstr("mountaddr=\"2001:db8::1\",protocol=\"tcp\"} 9\n")));
}

TEST_F(MountstatsTest, LeavesTheAddressEmptyOfAMountThatMountinfoDoesNotHave) {
  const std::string samples = Run(Mount("a:/x", "/x", "tcp", 7) + Mount("b:/y", "/y", "tcp", 8),
                                  Info("b:/y", "/y", "192.0.2.2"));
  EXPECT_THAT(samples, HasSubstr("{export=\"a:/x\",mountaddr=\"\",protocol=\"tcp\"} 7\n"));
  EXPECT_THAT(samples, HasSubstr("{export=\"b:/y\",mountaddr=\"192.0.2.2\",protocol=\"tcp\"} 8\n"));
}

TEST_F(MountstatsTest, FollowsMountsThatLeaveAndComeBack) {
  const std::string one = Run(Mount("a:/x", "/x", "tcp"), Info("a:/x", "/x", "192.0.2.1"));
  EXPECT_EQ(Run(kLocalMounts, kLocalInfo), "");
  EXPECT_EQ(mountstats_.status(), Status());
  EXPECT_EQ(Run(Mount("a:/x", "/x", "tcp"), Info("a:/x", "/x", "192.0.2.1")), one);
}

TEST_F(MountstatsTest, PassesOverMountsWithoutTransport) {
  EXPECT_EQ(Run("device a:/x mounted on /x with fstype nfs statvers=1.1\n\tage:\t5\n\n", ""), "");
  EXPECT_EQ(mountstats_.status(), Status());
}

TEST_F(MountstatsTest, ReportsTheOtherMountsWhereOneHasABadLine) {
  EXPECT_THAT(Run("device a:/x mounted on /x with fstype nfs statvers=1.1\n\tage:\told\n\n" +
                      Mount("b:/y", "/y", "tcp", 8),
                  Info("a:/x", "/x", "192.0.2.1") + Info("b:/y", "/y", "192.0.2.2")),
              AllOf(HasSubstr("{export=\"b:/y\",mountaddr=\"192.0.2.2\",protocol=\"tcp\"} 8\n"),
                    Not(HasSubstr("a:/x"))));
  EXPECT_EQ(mountstats_.status().code(), ErrorCode::kParse);
  EXPECT_THAT(mountstats_.status().message(), HasSubstr("self/mountstats: cannot parse age:"));
}

TEST_F(MountstatsTest, ReplacesBytesThatAreNoUtf8) {
  EXPECT_THAT(
      Run(Mount("a:/\xff", "/x\xff", "tcp"), ""),
      AllOf(HasSubstr("export=\"a:/\xef\xbf\xbd\""), HasSubstr("mountpoint=\"/x\xef\xbf\xbd\"")));
}

TEST_F(MountstatsTest, IsAbsentWithoutItsFiles) {
  EXPECT_EQ(mountstats_.Run(), "");
  EXPECT_EQ(mountstats_.status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(mountstats_.status().message(), HasSubstr("self/mountstats"));
  host_.WriteProc("self/mountstats", kNfsMount);
  EXPECT_EQ(mountstats_.Run(), "");
  EXPECT_THAT(mountstats_.status().message(), HasSubstr("self/mountinfo"));
}

}  // namespace
}  // namespace hostpulse
