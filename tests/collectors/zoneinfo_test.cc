#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

// As Linux 6.1 prints it, with what only old kernels have in the second zone.
constexpr const char* kZoneinfo =
    "Node 0, zone      DMA\n"
    "  per-node stats\n"
    "      nr_inactive_anon 95612\n"
    "      nr_active_anon 1175853\n"
    "      nr_inactive_file 688810\n"
    "      nr_active_file 723339\n"
    "      nr_unevictable 35051\n"
    "      nr_slab_reclaimable 121763\n"
    "      nr_slab_unreclaimable 56182\n"
    "      nr_isolated_anon 11\n"
    "      nr_isolated_file 12\n"
    "      workingset_nodes 1345\n"
    "      nr_anon_pages 1156608\n"
    "      nr_mapped    423143\n"
    "      nr_file_pages 1740118\n"
    "      nr_dirty     103\n"
    "      nr_writeback 13\n"
    "      nr_shmem     330517\n"
    "      nr_anon_transparent_hugepages 14\n"
    "      nr_vmscan_write 3\n"
    "      nr_dirtied   1189097\n"
    "      nr_written   1181554\n"
    "      nr_kernel_stack 18864\n"
    "  pages free     2949\n"
    "        boost    0\n"
    "        min      8\n"
    "        low      11\n"
    "        high     14\n"
    "        spanned  4095\n"
    "        present  3997\n"
    "        managed  3973\n"
    "        cma      0\n"
    "        protection: (0, 2039, 32057, 32058, 32059)\n"
    "      nr_free_pages 2950\n"
    "      nr_zone_inactive_anon 0\n"
    "      nr_mlock     6\n"
    "      numa_hit     1\n"
    "      numa_miss    2\n"
    "      numa_foreign 3\n"
    "      numa_interleave 4\n"
    "      numa_local   5\n"
    "      numa_other   7\n"
    "  pagesets\n"
    "    cpu: 0\n"
    "              count: 0\n"
    "              high:  9\n"
    "              batch: 1\n"
    "  vm stats threshold: 8\n"
    "  node_unreclaimable:  0\n"
    "  start_pfn:           1\n"
    "Node 1, zone  Movable\n"
    "  pages free     0\n"
    "        min      0\n"
    "        low      0\n"
    "        high     0\n"
    "        scanned  21\n"
    "        spanned  22\n"
    "        present  0\n"
    "        managed  0\n"
    "        protection: (0, 0)\n"
    "      nr_mlock_stack 23\n";
constexpr const char* kSamples =
    "node_zoneinfo_high_pages{node=\"0\",zone=\"DMA\"} 14\n"
    "node_zoneinfo_high_pages{node=\"1\",zone=\"Movable\"} 0\n"
    "node_zoneinfo_low_pages{node=\"0\",zone=\"DMA\"} 11\n"
    "node_zoneinfo_low_pages{node=\"1\",zone=\"Movable\"} 0\n"
    "node_zoneinfo_managed_pages{node=\"0\",zone=\"DMA\"} 3973\n"
    "node_zoneinfo_managed_pages{node=\"1\",zone=\"Movable\"} 0\n"
    "node_zoneinfo_min_pages{node=\"0\",zone=\"DMA\"} 8\n"
    "node_zoneinfo_min_pages{node=\"1\",zone=\"Movable\"} 0\n"
    "node_zoneinfo_nr_active_anon_pages{node=\"0\",zone=\"DMA\"} 1175853\n"
    "node_zoneinfo_nr_active_file_pages{node=\"0\",zone=\"DMA\"} 723339\n"
    "node_zoneinfo_nr_anon_pages{node=\"0\",zone=\"DMA\"} 1156608\n"
    "node_zoneinfo_nr_anon_transparent_hugepages{node=\"0\",zone=\"DMA\"} 14\n"
    "node_zoneinfo_nr_dirtied_total{node=\"0\",zone=\"DMA\"} 1189097\n"
    "node_zoneinfo_nr_dirty_pages{node=\"0\",zone=\"DMA\"} 103\n"
    "node_zoneinfo_nr_file_pages{node=\"0\",zone=\"DMA\"} 1740118\n"
    "node_zoneinfo_nr_free_pages{node=\"0\",zone=\"DMA\"} 2950\n"
    "node_zoneinfo_nr_inactive_anon_pages{node=\"0\",zone=\"DMA\"} 95612\n"
    "node_zoneinfo_nr_inactive_file_pages{node=\"0\",zone=\"DMA\"} 688810\n"
    "node_zoneinfo_nr_isolated_anon_pages{node=\"0\",zone=\"DMA\"} 11\n"
    "node_zoneinfo_nr_isolated_file_pages{node=\"0\",zone=\"DMA\"} 12\n"
    "node_zoneinfo_nr_kernel_stacks{node=\"0\",zone=\"DMA\"} 18864\n"
    "node_zoneinfo_nr_mapped_pages{node=\"0\",zone=\"DMA\"} 423143\n"
    "node_zoneinfo_nr_mlock_stack_pages{node=\"1\",zone=\"Movable\"} 23\n"
    "node_zoneinfo_nr_shmem_pages{node=\"0\",zone=\"DMA\"} 330517\n"
    "node_zoneinfo_nr_slab_reclaimable_pages{node=\"0\",zone=\"DMA\"} 121763\n"
    "node_zoneinfo_nr_slab_unreclaimable_pages{node=\"0\",zone=\"DMA\"} 56182\n"
    "node_zoneinfo_nr_unevictable_pages{node=\"0\",zone=\"DMA\"} 35051\n"
    "node_zoneinfo_nr_writeback_pages{node=\"0\",zone=\"DMA\"} 13\n"
    "node_zoneinfo_nr_written_total{node=\"0\",zone=\"DMA\"} 1181554\n"
    "node_zoneinfo_numa_foreign_total{node=\"0\",zone=\"DMA\"} 3\n"
    "node_zoneinfo_numa_hit_total{node=\"0\",zone=\"DMA\"} 1\n"
    "node_zoneinfo_numa_interleave_total{node=\"0\",zone=\"DMA\"} 4\n"
    "node_zoneinfo_numa_local_total{node=\"0\",zone=\"DMA\"} 5\n"
    "node_zoneinfo_numa_miss_total{node=\"0\",zone=\"DMA\"} 2\n"
    "node_zoneinfo_numa_other_total{node=\"0\",zone=\"DMA\"} 7\n"
    "node_zoneinfo_present_pages{node=\"0\",zone=\"DMA\"} 3997\n"
    "node_zoneinfo_present_pages{node=\"1\",zone=\"Movable\"} 0\n"
    "node_zoneinfo_protection_0{node=\"0\",zone=\"DMA\"} 0\n"
    "node_zoneinfo_protection_0{node=\"1\",zone=\"Movable\"} 0\n"
    "node_zoneinfo_protection_1{node=\"0\",zone=\"DMA\"} 2039\n"
    "node_zoneinfo_protection_1{node=\"1\",zone=\"Movable\"} 0\n"
    "node_zoneinfo_protection_2{node=\"0\",zone=\"DMA\"} 32057\n"
    "node_zoneinfo_protection_3{node=\"0\",zone=\"DMA\"} 32058\n"
    "node_zoneinfo_protection_4{node=\"0\",zone=\"DMA\"} 32059\n"
    "node_zoneinfo_scanned_pages{node=\"1\",zone=\"Movable\"} 21\n"
    "node_zoneinfo_spanned_pages{node=\"0\",zone=\"DMA\"} 4095\n"
    "node_zoneinfo_spanned_pages{node=\"1\",zone=\"Movable\"} 22\n";

TEST(ZoneinfoTest, ReportsEveryFieldOfEveryZone) {
  HostTree host;
  host.WriteProc("zoneinfo", kZoneinfo);
  CollectorHarness zoneinfo("zoneinfo", host);
  EXPECT_EQ(zoneinfo.Run(), kSamples);
  EXPECT_EQ(zoneinfo.status(), Status());
  EXPECT_EQ(zoneinfo.AllocationsOnceWarm(), 0U);
}

TEST(ZoneinfoTest, HasRoomForEveryKindOfZone) {
  HostTree host;
  host.WriteProc("zoneinfo", "Node 0, zone DMA\n protection: (1, 2, 3, 4, 5, 6)\n");
  EXPECT_THAT(CollectorHarness("zoneinfo", host).Run(),
              HasSubstr("node_zoneinfo_protection_5{node=\"0\",zone=\"DMA\"} 6\n"));
}

TEST(ZoneinfoTest, DropsAZoneThatLeft) {
  HostTree host;
  host.WriteProc("zoneinfo", "Node 0, zone DMA\n min 1\nNode 1, zone DMA\n min 2\n");
  CollectorHarness zoneinfo("zoneinfo", host);
  zoneinfo.Run();
  host.WriteProc("zoneinfo", "Node 1, zone DMA\n min 3\n");
  EXPECT_EQ(zoneinfo.Run(), "node_zoneinfo_min_pages{node=\"1\",zone=\"DMA\"} 3\n");
}

TEST(ZoneinfoTest, NamesTheLineThatIsWrongAndReportsTheRest) {
  for (const std::string bad :
       {"        high", "        high     many", "      nr_dirty -1",
        "      nr_written 18446744073709551616", "        protection:", "        protection: 0, 1",
        "        protection: (0, x)", "        protection: (0, 1, 2, 3, 4, 5, 6)"}) {
    HostTree host;
    host.WriteProc("zoneinfo", "Node 0, zone DMA\n min 1\n" + bad + "\n low 2\n");
    CollectorHarness zoneinfo("zoneinfo", host);
    EXPECT_EQ(zoneinfo.Run(),
              "node_zoneinfo_low_pages{node=\"0\",zone=\"DMA\"} 2\n"
              "node_zoneinfo_min_pages{node=\"0\",zone=\"DMA\"} 1\n")
        << bad;
    EXPECT_EQ(zoneinfo.status().code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(zoneinfo.status().message(), HasSubstr("proc/zoneinfo: cannot parse "));
    EXPECT_THAT(zoneinfo.status().message(), HasSubstr("in \"" + bad + "\""));
  }
}

TEST(ZoneinfoTest, ReportsNothingOfAZoneWithoutAName) {
  HostTree host;
  host.WriteProc("zoneinfo", " min 1\nNode 0, zone\n min 2\nNode 1, zone DMA\n min 3\n");
  CollectorHarness zoneinfo("zoneinfo", host);
  EXPECT_EQ(zoneinfo.Run(), "node_zoneinfo_min_pages{node=\"1\",zone=\"DMA\"} 3\n");
  EXPECT_EQ(zoneinfo.status().code(), ErrorCode::kParse);
  EXPECT_THAT(zoneinfo.status().message(), HasSubstr("node and zone in \"Node 0, zone\""));
}

TEST(ZoneinfoTest, IsAbsentWithoutTheFile) {
  HostTree host;
  CollectorHarness zoneinfo("zoneinfo", host);
  EXPECT_EQ(zoneinfo.Run(), "");
  EXPECT_EQ(zoneinfo.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
