#include <gtest/gtest.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

constexpr std::string_view kSda = "   8       0 sda 1 2 3 4 5 6 7 8 9 10000 11 12 13 14 15 16 17\n";

bool Has(const std::string& text, std::string_view line) {
  return text.find(line) != std::string::npos;
}

TEST(DiskstatsTest, ReadsTheColumns) {
  HostTree host;
  host.WriteProc("diskstats", kSda);
  CollectorHarness diskstats("diskstats", host);
  EXPECT_EQ(diskstats.Run(),
            "node_disk_discard_time_seconds_total{device=\"sda\"} 0.015\n"
            "node_disk_discarded_sectors_total{device=\"sda\"} 14\n"
            "node_disk_discards_completed_total{device=\"sda\"} 12\n"
            "node_disk_discards_merged_total{device=\"sda\"} 13\n"
            "node_disk_flush_requests_time_seconds_total{device=\"sda\"} 0.017\n"
            "node_disk_flush_requests_total{device=\"sda\"} 16\n"
            "node_disk_info{device=\"sda\",major=\"8\",minor=\"0\",model=\"\",path=\"\","
            "revision=\"\",rotational=\"0\",serial=\"\",wwn=\"\"} 1\n"
            "node_disk_io_now{device=\"sda\"} 9\n"
            "node_disk_io_time_seconds_total{device=\"sda\"} 10\n"
            "node_disk_io_time_weighted_seconds_total{device=\"sda\"} 0.011\n"
            "node_disk_read_bytes_total{device=\"sda\"} 1536\n"
            "node_disk_read_time_seconds_total{device=\"sda\"} 0.004\n"
            "node_disk_reads_completed_total{device=\"sda\"} 1\n"
            "node_disk_reads_merged_total{device=\"sda\"} 2\n"
            "node_disk_write_time_seconds_total{device=\"sda\"} 0.008\n"
            "node_disk_writes_completed_total{device=\"sda\"} 5\n"
            "node_disk_writes_merged_total{device=\"sda\"} 6\n"
            "node_disk_written_bytes_total{device=\"sda\"} 3584\n");
  EXPECT_EQ(diskstats.status(), Status());
}

TEST(DiskstatsTest, LeavesOutColumnsThatAKernelDoesNotHave) {
  HostTree host;
  host.WriteProc("diskstats",
                 "   8       0 sda 1 2 3 4 5 6 7 8 9 10 11\n"
                 "   8      16 sdb 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n"
                 "   8       1 part 1 2 3 4\n");
  CollectorHarness diskstats("diskstats", host);
  const std::string text = diskstats.Run();
  EXPECT_TRUE(Has(text, "io_time_weighted_seconds_total{device=\"sda\"}"));
  EXPECT_FALSE(Has(text, "discards_completed_total{device=\"sda\"}"));
  EXPECT_TRUE(Has(text, "discard_time_seconds_total{device=\"sdb\"}"));
  EXPECT_FALSE(Has(text, "flush"));
  EXPECT_FALSE(Has(text, "part"));
  EXPECT_EQ(diskstats.status(), Status());
}

TEST(DiskstatsTest, LeavesOutPartitionsByDefault) {
  HostTree host;
  const std::string numbers = " 1 2 3 4 5 6 7 8 9 10 11\n";
  std::string text;
  for (const char* name : {"ram0", "zram1", "loop2", "fd0", "sda1", "vdb2", "nvme0n1p3"}) {
    text += "   8       0 " + std::string(name) + numbers;
  }
  for (const char* name : {"sda", "nvme0n1", "dm-0", "mmcblk0p1"}) {
    text += "   8       0 " + std::string(name) + numbers;
  }
  host.WriteProc("diskstats", text);
  CollectorHarness diskstats("diskstats", host);
  diskstats.Run();
  ASSERT_FALSE(diskstats.families().empty());
  EXPECT_EQ(diskstats.families().front().metrics.size(), 4U);
}

TEST(DiskstatsTest, CombinesIncludeAndExclude) {
  HostTree host;
  host.WriteProc("diskstats", std::string(kSda) +
                                  "   8       1 sda1 1 2 3 4 5 6 7 8 9 10 11\n"
                                  "   8      16 sdb 1 2 3 4 5 6 7 8 9 10 11\n");
  CollectorHarness diskstats("diskstats", host, {{"collector.diskstats.device-include", "^sda"}});
  const std::string text = diskstats.Run();
  EXPECT_TRUE(Has(text, "\"sda\""));
  EXPECT_FALSE(Has(text, "\"sda1\""));
  EXPECT_FALSE(Has(text, "\"sdb\""));
}

TEST(DiskstatsTest, SaysWhatUdevKnows) {
  HostTree host;
  host.WriteProc("diskstats", kSda);
  host.WriteSys("block/sda/queue/rotational", "1\n");
  host.WriteUdev("b8:0",
                 "S:disk/by-id/ata-WDC\n"
                 "E:ID_PATH=pci-0000:00:1f.2-ata-1\n"
                 "E:ID_WWN=0x50014ee2\n"
                 "E:ID_MODEL=WDC_WD40\n"
                 "E:ID_MODEL_ENC=WDC\\x20WD40\n"
                 "E:ID_REVISION=80.00=A\n"
                 "E:ID_SERIAL=WDC_WD40_X\n"
                 "E:ID_SERIAL_SHORT=X\n"
                 "E:ID_FS_TYPE=ext4\n"
                 "E:ID_FS_USAGE=filesystem\n"
                 "E:ID_FS_UUID=0f0f\n"
                 "E:ID_FS_VERSION=1.0\n"
                 "E:ID_ATA=1\n"
                 "E:ID_ATA_WRITE_CACHE=1\n"
                 "E:ID_ATA_WRITE_CACHE_ENABLED=0\n"
                 "E:ID_ATA_ROTATION_RATE_RPM=7200\n"
                 "E:DM_NAME=vg0-root\n"
                 "E:DM_UUID=LVM-\\x20x\n"
                 "E:DM_VG_NAME=vg0\n"
                 "E:DM_LV_NAME=root\n"
                 "E:no equals sign\n"
                 "G:systemd\n");
  CollectorHarness diskstats("diskstats", host);
  const std::string text = diskstats.Run();
  for (const char* line :
       {"node_disk_info{device=\"sda\",major=\"8\",minor=\"0\",model=\"WDC_WD40\","
        "path=\"pci-0000:00:1f.2-ata-1\",revision=\"80.00=A\",rotational=\"1\",serial=\"X\","
        "wwn=\"0x50014ee2\"} 1\n",
        "node_disk_filesystem_info{device=\"sda\",type=\"ext4\",usage=\"filesystem\","
        "uuid=\"0f0f\",version=\"1.0\"} 1\n",
        "node_disk_device_mapper_info{device=\"sda\",lv_layer=\"\",lv_name=\"root\","
        "name=\"vg0-root\",uuid=\"LVM-\\\\x20x\",vg_name=\"vg0\"} 1\n",
        "node_disk_ata_rotation_rate_rpm{device=\"sda\"} 7200\n",
        "node_disk_ata_write_cache{device=\"sda\"} 1\n",
        "node_disk_ata_write_cache_enabled{device=\"sda\"} 0\n"}) {
    EXPECT_TRUE(Has(text, line)) << line << "is not in\n" << text;
  }
}

TEST(DiskstatsTest, TakesTheSerialOfTheLabelFirst) {
  HostTree host;
  host.WriteProc("diskstats", kSda);
  CollectorHarness diskstats("diskstats", host);
  host.WriteUdev("b8:0", "E:ID_SERIAL=virtio\n");
  EXPECT_TRUE(Has(diskstats.Run(), "serial=\"virtio\""));
  host.WriteUdev("b8:0", "E:ID_SERIAL=long\nE:ID_SERIAL_SHORT=short\n");
  EXPECT_TRUE(Has(diskstats.Run(), "serial=\"short\""));
  host.WriteUdev("b8:0", "E:ID_SERIAL=long\nE:ID_SERIAL_SHORT=short\nE:SCSI_IDENT_SERIAL=label\n");
  EXPECT_TRUE(Has(diskstats.Run(), "serial=\"label\""));
  host.Remove("udev/b8:0");
  EXPECT_TRUE(Has(diskstats.Run(), "serial=\"\""));
}

TEST(DiskstatsTest, ReportsAtaOnlyOfAtaDisksAndOnlyNumbers) {
  HostTree host;
  host.WriteProc("diskstats", kSda);
  host.WriteUdev("b8:0", "E:ID_ATA_WRITE_CACHE=1\n");
  CollectorHarness diskstats("diskstats", host);
  EXPECT_FALSE(Has(diskstats.Run(), "ata_"));
  host.WriteUdev("b8:0", "E:ID_ATA=1\nE:ID_ATA_WRITE_CACHE=yes\nE:ID_ATA_ROTATION_RATE_RPM=0\n");
  const std::string text = diskstats.Run();
  EXPECT_FALSE(Has(text, "write_cache"));
  EXPECT_TRUE(Has(text, "node_disk_ata_rotation_rate_rpm{device=\"sda\"} 0\n"));
}

TEST(DiskstatsTest, KnowsADiskByItsNumbersToo) {
  HostTree host;
  host.WriteUdev("b8:0", "E:ID_MODEL=first\n");
  host.WriteUdev("b8:16", "E:ID_MODEL=second\n");
  host.WriteProc("diskstats", kSda);
  CollectorHarness diskstats("diskstats", host);
  EXPECT_TRUE(Has(diskstats.Run(), "minor=\"0\",model=\"first\""));
  host.WriteProc("diskstats", "   8      16 sda 1 2 3 4 5 6 7 8 9 10 11\n");
  const std::string text = diskstats.Run();
  EXPECT_TRUE(Has(text, "minor=\"16\",model=\"second\""));
  EXPECT_FALSE(Has(text, "first"));
}

TEST(DiskstatsTest, FindsTheFilesOfANameWithASlash) {
  HostTree host;
  host.WriteProc("diskstats", " 104       0 cciss/c0d0 1 2 3 4 5 6 7 8 9 10 11\n");
  host.WriteSys("block/cciss!c0d0/queue/rotational", "1\n");
  CollectorHarness diskstats("diskstats", host);
  EXPECT_TRUE(Has(diskstats.Run(), "device=\"cciss/c0d0\",major=\"104\""));
  EXPECT_TRUE(Has(diskstats.Run(), "rotational=\"1\""));
}

TEST(DiskstatsTest, NamesTheLineItCannotRead) {
  HostTree host;
  CollectorHarness diskstats("diskstats", host);
  const auto error_of = [&](std::string_view line) {
    host.WriteProc("diskstats", line);
    diskstats.Run();
    EXPECT_EQ(diskstats.status().code(), ErrorCode::kParse) << line;
    return diskstats.status().message();
  };
  EXPECT_TRUE(Has(error_of("   8       0\n"), "device in \"   8       0\""));
  EXPECT_TRUE(Has(error_of("   8       0 sda 1 x\n"), "node_disk_reads_merged_total in"));
  EXPECT_TRUE(Has(error_of("   8       0 sda 18446744073709551616\n"),
                  "node_disk_reads_completed_total in"));
}

TEST(DiskstatsTest, IsAbsentWithoutTheFileAndSilentWithoutDisks) {
  HostTree host;
  CollectorHarness diskstats("diskstats", host);
  EXPECT_EQ(diskstats.Run(), "");
  EXPECT_EQ(diskstats.status().code(), ErrorCode::kAbsent);
  host.WriteProc("diskstats", "");
  EXPECT_EQ(diskstats.Run(), "");
  EXPECT_EQ(diskstats.status(), Status());
}

TEST(DiskstatsTest, AllocatesNothingOnceWarm) {
  HostTree host;
  host.WriteProc("diskstats", std::string(kSda) + "   7       0 loop0 1 2 3 4 5 6 7 8 9 10 11\n" +
                                  "   8      16 sdb 1 2 3 4 5 6 7 8 9 10 11\n");
  host.WriteUdev("b8:0", "E:ID_MODEL=model of a disk with a long name\nE:ID_FS_TYPE=ext4\n");
  EXPECT_EQ(CollectorHarness("diskstats", host).AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
