#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

// Every field that Linux 6 may print, each with another number.
constexpr const char* kMeminfo =
    "MemTotal:              1 kB\n"
    "MemFree:               2 kB\n"
    "MemAvailable:          3 kB\n"
    "Buffers:               4 kB\n"
    "Cached:                5 kB\n"
    "SwapCached:            6 kB\n"
    "Active:                7 kB\n"
    "Inactive:              8 kB\n"
    "Active(anon):          9 kB\n"
    "Inactive(anon):       10 kB\n"
    "Active(file):         11 kB\n"
    "Inactive(file):       12 kB\n"
    "Unevictable:          13 kB\n"
    "Mlocked:              14 kB\n"
    "SwapTotal:            15 kB\n"
    "SwapFree:             16 kB\n"
    "Zswap:                17 kB\n"
    "Zswapped:             18 kB\n"
    "Dirty:                19 kB\n"
    "Writeback:            20 kB\n"
    "AnonPages:            21 kB\n"
    "Mapped:               22 kB\n"
    "Shmem:                23 kB\n"
    "KReclaimable:         24 kB\n"
    "Slab:                 25 kB\n"
    "SReclaimable:         26 kB\n"
    "SUnreclaim:           27 kB\n"
    "KernelStack:          28 kB\n"
    "PageTables:           29 kB\n"
    "SecPageTables:        30 kB\n"
    "NFS_Unstable:         31 kB\n"
    "Bounce:               32 kB\n"
    "WritebackTmp:         33 kB\n"
    "CommitLimit:          34 kB\n"
    "Committed_AS:         35 kB\n"
    "VmallocTotal:         36 kB\n"
    "VmallocUsed:          37 kB\n"
    "VmallocChunk:         38 kB\n"
    "Percpu:               39 kB\n"
    "HardwareCorrupted:       40 kB\n"
    "AnonHugePages:        41 kB\n"
    "ShmemHugePages:       42 kB\n"
    "ShmemPmdMapped:       43 kB\n"
    "FileHugePages:        44 kB\n"
    "FilePmdMapped:        45 kB\n"
    "CmaTotal:             46 kB\n"
    "CmaFree:              47 kB\n"
    "Unaccepted:           48 kB\n"
    "Balloon:              49 kB\n"
    "HugePages_Total:       50\n"
    "HugePages_Free:       51\n"
    "HugePages_Rsvd:       52\n"
    "HugePages_Surp:       53\n"
    "Hugepagesize:         54 kB\n"
    "Hugetlb:              55 kB\n"
    "DirectMap4k:          56 kB\n"
    "DirectMap2M:          57 kB\n"
    "DirectMap1G:          58 kB\n";

// Without the fields that node_exporter does not have: KReclaimable, SecPageTables, FileHugePages,
// FilePmdMapped, Unaccepted, Balloon and Hugetlb.
constexpr const char* kSamples =
    "node_memory_Active_anon_bytes 9216\n"
    "node_memory_Active_bytes 7168\n"
    "node_memory_Active_file_bytes 11264\n"
    "node_memory_AnonHugePages_bytes 41984\n"
    "node_memory_AnonPages_bytes 21504\n"
    "node_memory_Bounce_bytes 32768\n"
    "node_memory_Buffers_bytes 4096\n"
    "node_memory_Cached_bytes 5120\n"
    "node_memory_CmaFree_bytes 48128\n"
    "node_memory_CmaTotal_bytes 47104\n"
    "node_memory_CommitLimit_bytes 34816\n"
    "node_memory_Committed_AS_bytes 35840\n"
    "node_memory_DirectMap1G_bytes 59392\n"
    "node_memory_DirectMap2M_bytes 58368\n"
    "node_memory_DirectMap4k_bytes 57344\n"
    "node_memory_Dirty_bytes 19456\n"
    "node_memory_HardwareCorrupted_bytes 40960\n"
    "node_memory_HugePages_Free 51\n"
    "node_memory_HugePages_Rsvd 52\n"
    "node_memory_HugePages_Surp 53\n"
    "node_memory_HugePages_Total 50\n"
    "node_memory_Hugepagesize_bytes 55296\n"
    "node_memory_Inactive_anon_bytes 10240\n"
    "node_memory_Inactive_bytes 8192\n"
    "node_memory_Inactive_file_bytes 12288\n"
    "node_memory_KernelStack_bytes 28672\n"
    "node_memory_Mapped_bytes 22528\n"
    "node_memory_MemAvailable_bytes 3072\n"
    "node_memory_MemFree_bytes 2048\n"
    "node_memory_MemTotal_bytes 1024\n"
    "node_memory_Mlocked_bytes 14336\n"
    "node_memory_NFS_Unstable_bytes 31744\n"
    "node_memory_PageTables_bytes 29696\n"
    "node_memory_Percpu_bytes 39936\n"
    "node_memory_SReclaimable_bytes 26624\n"
    "node_memory_SUnreclaim_bytes 27648\n"
    "node_memory_ShmemHugePages_bytes 43008\n"
    "node_memory_ShmemPmdMapped_bytes 44032\n"
    "node_memory_Shmem_bytes 23552\n"
    "node_memory_Slab_bytes 25600\n"
    "node_memory_SwapCached_bytes 6144\n"
    "node_memory_SwapFree_bytes 16384\n"
    "node_memory_SwapTotal_bytes 15360\n"
    "node_memory_Unevictable_bytes 13312\n"
    "node_memory_VmallocChunk_bytes 38912\n"
    "node_memory_VmallocTotal_bytes 36864\n"
    "node_memory_VmallocUsed_bytes 37888\n"
    "node_memory_WritebackTmp_bytes 33792\n"
    "node_memory_Writeback_bytes 20480\n"
    "node_memory_Zswap_bytes 17408\n"
    "node_memory_Zswapped_bytes 18432\n";

TEST(MeminfoTest, ReportsTheFixedListInBytes) {
  HostTree host;
  host.WriteProc("meminfo", kMeminfo);
  CollectorHarness meminfo("meminfo", host);
  EXPECT_EQ(meminfo.Run(), kSamples);
  EXPECT_EQ(meminfo.status(), Status());
  EXPECT_EQ(meminfo.AllocationsOnceWarm(), 0U);
}

TEST(MeminfoTest, TakesFieldsInAnyOrderAndLeavesOutWhatIsNotThere) {
  HostTree host;
  host.WriteProc("meminfo", "SwapFree: 3 kB\nNovelty: x\n\nMemFree: 2 kB\nMemTotal: 1 kB\n");
  CollectorHarness meminfo("meminfo", host);
  EXPECT_EQ(meminfo.Run(),
            "node_memory_MemFree_bytes 2048\n"
            "node_memory_MemTotal_bytes 1024\n"
            "node_memory_SwapFree_bytes 3072\n");
  host.WriteProc("meminfo", "MemTotal: 1 kB\n");
  EXPECT_EQ(meminfo.Run(), "node_memory_MemTotal_bytes 1024\n");
  EXPECT_EQ(meminfo.status(), Status());
}

TEST(MeminfoTest, TakesTheLargestAddressSpace) {
  HostTree host;
  host.WriteProc("meminfo", "VmallocTotal:   34359738367 kB\n");
  EXPECT_EQ(CollectorHarness("meminfo", host).Run(),
            "node_memory_VmallocTotal_bytes 35184372087808\n");
}

TEST(MeminfoTest, NamesTheLineItCannotRead) {
  HostTree host;
  for (const char* bad : {"MemFree", "MemFree:", "MemFree: x kB", "MemFree: -1 kB", "MemFree: 5 MB",
                          "MemFree: 18446744073709551616 kB"}) {
    host.WriteProc("meminfo", std::string("MemTotal: 1 kB\n") + bad + "\n");
    CollectorHarness meminfo("meminfo", host);
    EXPECT_EQ(meminfo.Run(), "node_memory_MemTotal_bytes 1024\n");
    EXPECT_EQ(meminfo.status().code(), ErrorCode::kParse) << bad;
    EXPECT_NE(meminfo.status().message().find("cannot parse MemFree in \"MemFree"),
              std::string::npos);
  }
}

TEST(MeminfoTest, IsAbsentWithoutTheFile) {
  HostTree host;
  CollectorHarness meminfo("meminfo", host);
  EXPECT_EQ(meminfo.Run(), "");
  EXPECT_EQ(meminfo.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
