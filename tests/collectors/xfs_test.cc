#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

// As Linux 6.1 prints it.
constexpr std::string_view kStats =
    "extent_alloc 11 12 13 14\n"
    "abt 21 22 23 24\n"
    "blk_map 31 32 33 34 35 36 37\n"
    "bmbt 41 42 43 44\n"
    "dir 51 52 53 54\n"
    "trans 0 1 2\n"
    "ig 61 62 63 64 65 66 67\n"
    "log 1 2 3 4 5\n"
    "push_ail 1 0 0 0 0 0 0 0 0 0\n"
    "xstrat 0 0\n"
    "rw 71 4294967295\n"
    "attr 2 0 0 0\n"
    "icluster 0 0 0\n"
    "vnodes 81 82 83 84 85 86 87 88\n"
    "buf 32 0 0 0 0 0 0 0 0\n"
    "abtb2 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
    "xpc 1 2 3\n"
    "defer_relog 0\n"
    "debug 0\n";

TEST(XfsTest, ReportsEveryStatistic) {
  HostTree host;
  host.WriteSys("fs/xfs/sda1/stats/stats", kStats);
  host.WriteSys("fs/xfs/stats/stats", kStats);  // Of all file systems together.
  host.WriteSys("fs/xfs/sda1/log/log_head_lsn", "1:2\n");
  CollectorHarness xfs("xfs", host);
  EXPECT_EQ(xfs.Run(),
            "node_xfs_allocation_btree_compares_total{device=\"sda1\"} 22\n"
            "node_xfs_allocation_btree_lookups_total{device=\"sda1\"} 21\n"
            "node_xfs_allocation_btree_records_deleted_total{device=\"sda1\"} 24\n"
            "node_xfs_allocation_btree_records_inserted_total{device=\"sda1\"} 23\n"
            "node_xfs_block_map_btree_compares_total{device=\"sda1\"} 42\n"
            "node_xfs_block_map_btree_lookups_total{device=\"sda1\"} 41\n"
            "node_xfs_block_map_btree_records_deleted_total{device=\"sda1\"} 44\n"
            "node_xfs_block_map_btree_records_inserted_total{device=\"sda1\"} 43\n"
            "node_xfs_block_mapping_extent_list_compares_total{device=\"sda1\"} 37\n"
            "node_xfs_block_mapping_extent_list_deletions_total{device=\"sda1\"} 35\n"
            "node_xfs_block_mapping_extent_list_insertions_total{device=\"sda1\"} 34\n"
            "node_xfs_block_mapping_extent_list_lookups_total{device=\"sda1\"} 36\n"
            "node_xfs_block_mapping_reads_total{device=\"sda1\"} 31\n"
            "node_xfs_block_mapping_unmaps_total{device=\"sda1\"} 33\n"
            "node_xfs_block_mapping_writes_total{device=\"sda1\"} 32\n"
            "node_xfs_directory_operation_create_total{device=\"sda1\"} 52\n"
            "node_xfs_directory_operation_getdents_total{device=\"sda1\"} 54\n"
            "node_xfs_directory_operation_lookup_total{device=\"sda1\"} 51\n"
            "node_xfs_directory_operation_remove_total{device=\"sda1\"} 53\n"
            "node_xfs_extent_allocation_blocks_allocated_total{device=\"sda1\"} 12\n"
            "node_xfs_extent_allocation_blocks_freed_total{device=\"sda1\"} 14\n"
            "node_xfs_extent_allocation_extents_allocated_total{device=\"sda1\"} 11\n"
            "node_xfs_extent_allocation_extents_freed_total{device=\"sda1\"} 13\n"
            "node_xfs_inode_operation_attempts_total{device=\"sda1\"} 61\n"
            "node_xfs_inode_operation_attribute_changes_total{device=\"sda1\"} 67\n"
            "node_xfs_inode_operation_duplicates_total{device=\"sda1\"} 65\n"
            "node_xfs_inode_operation_found_total{device=\"sda1\"} 62\n"
            "node_xfs_inode_operation_missed_total{device=\"sda1\"} 64\n"
            "node_xfs_inode_operation_reclaims_total{device=\"sda1\"} 66\n"
            "node_xfs_inode_operation_recycled_total{device=\"sda1\"} 63\n"
            "node_xfs_read_calls_total{device=\"sda1\"} 4294967295\n"
            "node_xfs_vnode_active_total{device=\"sda1\"} 81\n"
            "node_xfs_vnode_allocate_total{device=\"sda1\"} 82\n"
            "node_xfs_vnode_get_total{device=\"sda1\"} 83\n"
            "node_xfs_vnode_hold_total{device=\"sda1\"} 84\n"
            "node_xfs_vnode_reclaim_total{device=\"sda1\"} 86\n"
            "node_xfs_vnode_release_total{device=\"sda1\"} 85\n"
            "node_xfs_vnode_remove_total{device=\"sda1\"} 87\n"
            "node_xfs_write_calls_total{device=\"sda1\"} 71\n");
  EXPECT_EQ(xfs.status(), Status());
  EXPECT_EQ(xfs.AllocationsOnceWarm(), 0U);
}

TEST(XfsTest, FollowsFileSystemsThatComeAndGo) {
  HostTree host;
  host.WriteSys("fs/xfs/dm-0/stats/stats", "rw 1 2\n");
  host.WriteSys("fs/xfs/sda1/stats/stats", "rw 3 4\n");
  CollectorHarness xfs("xfs", host);
  xfs.KeepDescriptors(0);
  EXPECT_EQ(xfs.Run(),
            "node_xfs_read_calls_total{device=\"dm-0\"} 2\n"
            "node_xfs_read_calls_total{device=\"sda1\"} 4\n"
            "node_xfs_write_calls_total{device=\"dm-0\"} 1\n"
            "node_xfs_write_calls_total{device=\"sda1\"} 3\n");
  host.Remove("sys/fs/xfs/sda1/stats");  // Listed, but not there any more.
  EXPECT_THAT(xfs.Run(), testing::Not(HasSubstr("sda1")));
  EXPECT_EQ(xfs.status(), Status());
  host.WriteSys("fs/xfs/sda1/stats/stats", "rw 5 6\n");
  EXPECT_THAT(xfs.Run(), HasSubstr("node_xfs_write_calls_total{device=\"sda1\"} 5\n"));
}

TEST(XfsTest, LeavesOutWhatAnOldKernelDoesNotCount) {
  HostTree host;
  host.WriteSys("fs/xfs/sda1/stats/stats", "extent_alloc 1 2 3 4\n");
  CollectorHarness xfs("xfs", host);
  EXPECT_THAT(xfs.Run(), testing::Not(HasSubstr("read_calls")));
  EXPECT_EQ(xfs.status(), Status());
}

TEST(XfsTest, NamesABadLineAndReportsTheRest) {
  HostTree host;
  host.WriteSys("fs/xfs/sda1/stats/stats", "extent_alloc 1 2 3 4\nrw 5 -6\ndir 1 2\n");
  host.WriteSys("fs/xfs/sdb1/stats/stats", "rw 18446744073709551616 7\n");
  CollectorHarness xfs("xfs", host);
  const std::string text = xfs.Run();
  EXPECT_THAT(text, HasSubstr("node_xfs_write_calls_total{device=\"sda1\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("node_xfs_read_calls_total{device=\"sdb1\"} 7\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("getdents")));
  EXPECT_EQ(xfs.status().code(), ErrorCode::kParse);
  EXPECT_THAT(xfs.status().message(),
              HasSubstr("fs/xfs/sda1/stats/stats: cannot parse line 2 in \"rw 5 -6\""));
}

TEST(XfsTest, IsFineWithoutXfs) {
  HostTree host;
  CollectorHarness xfs("xfs", host);
  EXPECT_EQ(xfs.Run(), "");
  EXPECT_EQ(xfs.status(), Status());
}

}  // namespace
}  // namespace hostpulse
