#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

// As Linux 6.1 prints it.
constexpr const char* kMeminfo =
    "Node 0 MemTotal:       134182340 kB\n"
    "Node 0 MemFree:            1001 kB\n"
    "Node 0 MemUsed:            1002 kB\n"
    "Node 0 SwapCached:         1003 kB\n"
    "Node 0 Active:             1004 kB\n"
    "Node 0 Inactive:           1005 kB\n"
    "Node 0 Active(anon):       1006 kB\n"
    "Node 0 Inactive(anon):     1007 kB\n"
    "Node 0 Active(file):       1008 kB\n"
    "Node 0 Inactive(file):     1009 kB\n"
    "Node 0 Unevictable:        1010 kB\n"
    "Node 0 Mlocked:            1011 kB\n"
    "Node 0 Dirty:              1012 kB\n"
    "Node 0 Writeback:          1013 kB\n"
    "Node 0 FilePages:          1014 kB\n"
    "Node 0 Mapped:             1015 kB\n"
    "Node 0 AnonPages:          1016 kB\n"
    "Node 0 Shmem:              1017 kB\n"
    "Node 0 KernelStack:        1018 kB\n"
    "Node 0 PageTables:         1019 kB\n"
    "Node 0 NFS_Unstable:       1020 kB\n"
    "Node 0 Bounce:             1021 kB\n"
    "Node 0 WritebackTmp:       1022 kB\n"
    "Node 0 KReclaimable:       1023 kB\n"
    "Node 0 Slab:               1024 kB\n"
    "Node 0 SReclaimable:       1025 kB\n"
    "Node 0 SUnreclaim:         1026 kB\n"
    "Node 0 AnonHugePages:      1027 kB\n"
    "Node 0 ShmemHugePages:     1028 kB\n"
    "Node 0 HugePages_Total:  512\n"
    "Node 0 HugePages_Free:   511\n"
    "Node 0 HugePages_Surp:   510\n";
constexpr const char* kNumastat =
    "numa_hit 193460335812\n"
    "numa_miss 12624528\n"
    "numa_foreign 59858623300\n"
    "interleave_hit 57146\n"
    "local_node 193454780853\n"
    "other_node 18179487\n";
constexpr const char* kSamples =
    "node_memory_numa_Active{node=\"0\"} 1028096\n"
    "node_memory_numa_Active_anon{node=\"0\"} 1030144\n"
    "node_memory_numa_Active_file{node=\"0\"} 1032192\n"
    "node_memory_numa_AnonHugePages{node=\"0\"} 1051648\n"
    "node_memory_numa_AnonPages{node=\"0\"} 1040384\n"
    "node_memory_numa_Bounce{node=\"0\"} 1045504\n"
    "node_memory_numa_Dirty{node=\"0\"} 1036288\n"
    "node_memory_numa_FilePages{node=\"0\"} 1038336\n"
    "node_memory_numa_HugePages_Free{node=\"0\"} 511\n"
    "node_memory_numa_HugePages_Free{node=\"1\"} 7\n"
    "node_memory_numa_HugePages_Surp{node=\"0\"} 510\n"
    "node_memory_numa_HugePages_Total{node=\"0\"} 512\n"
    "node_memory_numa_Inactive{node=\"0\"} 1029120\n"
    "node_memory_numa_Inactive_anon{node=\"0\"} 1031168\n"
    "node_memory_numa_Inactive_file{node=\"0\"} 1033216\n"
    "node_memory_numa_KReclaimable{node=\"0\"} 1047552\n"
    "node_memory_numa_KernelStack{node=\"0\"} 1042432\n"
    "node_memory_numa_Mapped{node=\"0\"} 1039360\n"
    "node_memory_numa_MemFree{node=\"0\"} 1025024\n"
    "node_memory_numa_MemTotal{node=\"0\"} 137402716160\n"
    "node_memory_numa_MemTotal{node=\"1\"} 2097152\n"
    "node_memory_numa_MemUsed{node=\"0\"} 1026048\n"
    "node_memory_numa_Mlocked{node=\"0\"} 1035264\n"
    "node_memory_numa_NFS_Unstable{node=\"0\"} 1044480\n"
    "node_memory_numa_PageTables{node=\"0\"} 1043456\n"
    "node_memory_numa_SReclaimable{node=\"0\"} 1049600\n"
    "node_memory_numa_SUnreclaim{node=\"0\"} 1050624\n"
    "node_memory_numa_Shmem{node=\"0\"} 1041408\n"
    "node_memory_numa_ShmemHugePages{node=\"0\"} 1052672\n"
    "node_memory_numa_Slab{node=\"0\"} 1048576\n"
    "node_memory_numa_SwapCached{node=\"0\"} 1027072\n"
    "node_memory_numa_Unevictable{node=\"0\"} 1034240\n"
    "node_memory_numa_Writeback{node=\"0\"} 1037312\n"
    "node_memory_numa_WritebackTmp{node=\"0\"} 1046528\n"
    "node_memory_numa_interleave_hit_total{node=\"0\"} 57146\n"
    "node_memory_numa_local_node_total{node=\"0\"} 193454780853\n"
    "node_memory_numa_numa_foreign_total{node=\"0\"} 59858623300\n"
    "node_memory_numa_numa_hit_total{node=\"0\"} 193460335812\n"
    "node_memory_numa_numa_hit_total{node=\"1\"} 8\n"
    "node_memory_numa_numa_miss_total{node=\"0\"} 12624528\n"
    "node_memory_numa_other_node_total{node=\"0\"} 18179487\n";

class MeminfoNumaTest : public testing::Test {
 protected:
  void Write(const std::string& node, const std::string& meminfo, const std::string& numastat) {
    host_.WriteSys("devices/system/node/node" + node + "/meminfo", meminfo);
    host_.WriteSys("devices/system/node/node" + node + "/numastat", numastat);
  }

  HostTree host_;
};

TEST_F(MeminfoNumaTest, ReportsEveryFieldOfEveryNode) {
  Write("0", kMeminfo, kNumastat);
  Write("1", "Node 1 MemTotal:       2048 kB\nNode 1 HugePages_Free:      7\n", "numa_hit 8\n");
  host_.WriteSys("devices/system/node/online", "0-1\n");
  host_.WriteSys("devices/system/node/nodes/meminfo", "no node\n");
  CollectorHarness numa("meminfo_numa", host_);
  EXPECT_EQ(numa.Run(), kSamples);
  EXPECT_EQ(numa.status(), Status());
  EXPECT_EQ(numa.AllocationsOnceWarm(), 0U);
}

TEST_F(MeminfoNumaTest, NamesFieldsThatItDoesNotKnow) {
  Write("0", "Node 0 New(kind)-x: 3 kB\nNode 0 Pages: 4\n", "new_hit 5\n");
  EXPECT_EQ(CollectorHarness("meminfo_numa", host_).Run(),
            "node_memory_numa_New_kind_x{node=\"0\"} 3072\n"
            "node_memory_numa_Pages{node=\"0\"} 4\n"
            "node_memory_numa_new_hit_total{node=\"0\"} 5\n");
}

TEST_F(MeminfoNumaTest, DescribesFieldsThatItKnows) {
  Write("0", "Node 0 MemFree: 3 kB\nNode 0 New: 3 kB\n", "numa_hit 5\n");
  CollectorHarness numa("meminfo_numa", host_);
  numa.Run();
  ASSERT_EQ(numa.families().size(), 3U);
  EXPECT_EQ(numa.families()[0].help, "Memory that is not used for anything.");
  EXPECT_EQ(numa.families()[1].help, "A field of the node's meminfo.");
  EXPECT_EQ(numa.families()[2].help, "Pages of this node that were wanted from it.");
}

TEST_F(MeminfoNumaTest, FollowsLinesThatMove) {
  Write("0", "Node 0 MemTotal: 1 kB\nNode 0 MemFree: 2 kB\n", "");
  CollectorHarness numa("meminfo_numa", host_);
  numa.Run();
  Write("0", "Node 0 MemFree: 3 kB\n\nNode 0 MemTotal: 1 kB\n", "");
  EXPECT_EQ(numa.Run(),
            "node_memory_numa_MemFree{node=\"0\"} 3072\n"
            "node_memory_numa_MemTotal{node=\"0\"} 1024\n");
}

TEST_F(MeminfoNumaTest, PassesOverANodeThatLeft) {
  for (const char* node : {"0", "1", "2"}) Write(node, "", "numa_hit 8\n");
  CollectorHarness numa("meminfo_numa", host_);
  numa.KeepDescriptors(0);
  EXPECT_THAT(numa.Run(), HasSubstr("node=\"1\""));
  host_.Remove("sys/devices/system/node/node1");
  host_.Remove("sys/devices/system/node/node2/numastat");
  EXPECT_EQ(numa.Run(), "node_memory_numa_numa_hit_total{node=\"0\"} 8\n");
  EXPECT_EQ(numa.status(), Status());
}

TEST_F(MeminfoNumaTest, NamesTheLineThatIsWrongAndReportsTheOtherNodes) {
  const auto failure = [this](const std::string& meminfo, const std::string& numastat) {
    Write("0", meminfo, numastat);
    Write("1", "", "numa_hit 9\n");
    CollectorHarness numa("meminfo_numa", host_);
    EXPECT_EQ(numa.Run(), "node_memory_numa_numa_hit_total{node=\"1\"} 9\n");
    EXPECT_EQ(numa.status().code(), ErrorCode::kParse) << meminfo << numastat;
    return numa.status().message();
  };
  for (const char* bad : {"Node 0 MemFree:", "Node 0 MemFree: x kB", "Node 0 MemFree: -1 kB",
                          "Node 0 MemFree: 1 MB", "Node 0 MemFree: 1 kB more"}) {
    EXPECT_THAT(failure(std::string(bad) + "\n", ""),
                HasSubstr("node0/meminfo: cannot parse MemFree in \"" + std::string(bad) + "\""));
  }
  for (const char* bad : {"numa_hit", "numa_hit many", "numa_hit 1 2"}) {
    EXPECT_THAT(failure("", std::string(bad) + "\n"),
                HasSubstr("node0/numastat: cannot parse numa_hit in \"" + std::string(bad) + "\""));
  }
}

TEST_F(MeminfoNumaTest, IsFineOnAKernelWithoutNodes) {
  CollectorHarness numa("meminfo_numa", host_);
  EXPECT_EQ(numa.Run(), "");
  EXPECT_EQ(numa.status(), Status());
}

}  // namespace
}  // namespace hostpulse
