#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

class NvmesubsystemTest : public testing::Test {
 protected:
  void WriteSubsystem(const std::string& name) {
    const std::string base = "class/nvme-subsystem/" + name + "/";
    host_.WriteSys(base + "iopolicy", "round-robin\n");
    host_.WriteSys(base + "model", "Dell PowerStore                         \n");
    host_.WriteSys(base + "serial", "SN12345678          \n");
    host_.WriteSys(base + "subsysnqn", "nqn.2024-01.com.example:" + name + "\n");
  }
  void WritePath(const std::string& path, std::string_view transport, std::string_view state) {
    host_.WriteSys("class/nvme-subsystem/" + path + "/transport", transport);
    host_.WriteSys("class/nvme-subsystem/" + path + "/state", state);
  }

  HostTree host_;
  CollectorHarness nvmesubsystem_{"nvmesubsystem", host_};
};

TEST_F(NvmesubsystemTest, ReportsSubsystemsWithTheirPathsAndNamespaces) {
  WriteSubsystem("nvme-subsys0");
  WritePath("nvme-subsys0/nvme0", "tcp\n", "live\n");
  WritePath("nvme-subsys0/nvme1", "rdma\n", "connecting\n");
  host_.WriteSys("class/nvme-subsystem/nvme-subsys0/nvme0n1/size", "8\n");
  host_.WriteSys("class/nvme-subsystem/nvme-subsys0/power/control", "auto\n");
  WriteSubsystem("nvme-subsys1");
  EXPECT_EQ(nvmesubsystem_.Run(),
            "node_nvmesubsystem_info{iopolicy=\"round-robin\",model=\"Dell PowerStore\","
            "nqn=\"nqn.2024-01.com.example:nvme-subsys0\",serial=\"SN12345678\","
            "subsystem=\"nvme-subsys0\"} 1\n"
            "node_nvmesubsystem_info{iopolicy=\"round-robin\",model=\"Dell PowerStore\","
            "nqn=\"nqn.2024-01.com.example:nvme-subsys1\",serial=\"SN12345678\","
            "subsystem=\"nvme-subsys1\"} 1\n"
            "node_nvmesubsystem_namespace_info{device=\"nvme0n1\",subsystem=\"nvme-subsys0\"} 1\n"
            "node_nvmesubsystem_path_state{controller=\"nvme0\",state=\"connecting\","
            "subsystem=\"nvme-subsys0\",transport=\"tcp\"} 0\n"
            "node_nvmesubsystem_path_state{controller=\"nvme0\",state=\"dead\","
            "subsystem=\"nvme-subsys0\",transport=\"tcp\"} 0\n"
            "node_nvmesubsystem_path_state{controller=\"nvme0\",state=\"deleting\","
            "subsystem=\"nvme-subsys0\",transport=\"tcp\"} 0\n"
            "node_nvmesubsystem_path_state{controller=\"nvme0\",state=\"live\","
            "subsystem=\"nvme-subsys0\",transport=\"tcp\"} 1\n"
            "node_nvmesubsystem_path_state{controller=\"nvme0\",state=\"new\","
            "subsystem=\"nvme-subsys0\",transport=\"tcp\"} 0\n"
            "node_nvmesubsystem_path_state{controller=\"nvme0\",state=\"resetting\","
            "subsystem=\"nvme-subsys0\",transport=\"tcp\"} 0\n"
            "node_nvmesubsystem_path_state{controller=\"nvme0\",state=\"unknown\","
            "subsystem=\"nvme-subsys0\",transport=\"tcp\"} 0\n"
            "node_nvmesubsystem_path_state{controller=\"nvme1\",state=\"connecting\","
            "subsystem=\"nvme-subsys0\",transport=\"rdma\"} 1\n"
            "node_nvmesubsystem_path_state{controller=\"nvme1\",state=\"dead\","
            "subsystem=\"nvme-subsys0\",transport=\"rdma\"} 0\n"
            "node_nvmesubsystem_path_state{controller=\"nvme1\",state=\"deleting\","
            "subsystem=\"nvme-subsys0\",transport=\"rdma\"} 0\n"
            "node_nvmesubsystem_path_state{controller=\"nvme1\",state=\"live\","
            "subsystem=\"nvme-subsys0\",transport=\"rdma\"} 0\n"
            "node_nvmesubsystem_path_state{controller=\"nvme1\",state=\"new\","
            "subsystem=\"nvme-subsys0\",transport=\"rdma\"} 0\n"
            "node_nvmesubsystem_path_state{controller=\"nvme1\",state=\"resetting\","
            "subsystem=\"nvme-subsys0\",transport=\"rdma\"} 0\n"
            "node_nvmesubsystem_path_state{controller=\"nvme1\",state=\"unknown\","
            "subsystem=\"nvme-subsys0\",transport=\"rdma\"} 0\n"
            "node_nvmesubsystem_paths{subsystem=\"nvme-subsys0\"} 2\n"
            "node_nvmesubsystem_paths{subsystem=\"nvme-subsys1\"} 0\n"
            "node_nvmesubsystem_paths_live{subsystem=\"nvme-subsys0\"} 1\n"
            "node_nvmesubsystem_paths_live{subsystem=\"nvme-subsys1\"} 0\n");
  EXPECT_EQ(nvmesubsystem_.status(), Status());
  EXPECT_EQ(nvmesubsystem_.AllocationsOnceWarm(), 0U);
}

TEST_F(NvmesubsystemTest, PutsEveryStateOfTheKernelIntoOneOfSeven) {
  WriteSubsystem("nvme-subsys0");
  for (const auto& [word, state] : {std::pair("new\n", "new"),
                                    {"live\n", "live"},
                                    {"resetting\n", "resetting"},
                                    {"connecting\n", "connecting"},
                                    {"deleting\n", "deleting"},
                                    {"deleting (no IO)\n", "deleting"},
                                    {"dead\n", "dead"},
                                    {"unknown state\n", "unknown"},
                                    {"\n", "unknown"}}) {
    WritePath("nvme-subsys0/nvme0", "fc\n", word);
    const std::string text = nvmesubsystem_.Run();
    EXPECT_THAT(text, HasSubstr(std::string("state=\"") + state +
                                "\",subsystem=\"nvme-subsys0\",transport=\"fc\"} 1\n"))
        << word;
    std::size_t ones = 0;
    for (std::size_t at = 0; (at = text.find("\"fc\"} 1\n", at)) != text.npos; ++at) ++ones;
    EXPECT_EQ(ones, 1U) << word;
  }
}

TEST_F(NvmesubsystemTest, LeavesLabelsEmptyThatAKernelDoesNotHave) {
  host_.WriteSys("class/nvme-subsystem/nvme-subsys0/subsysnqn", "nqn\n");
  host_.WriteSys("class/nvme-subsystem/nvme-subsys0/nvme0/state", "live\n");
  const std::string text = nvmesubsystem_.Run();
  EXPECT_THAT(text, HasSubstr("info{iopolicy=\"\",model=\"\",nqn=\"nqn\",serial=\"\","));
  EXPECT_THAT(text, HasSubstr("state=\"live\",subsystem=\"nvme-subsys0\",transport=\"\"} 1\n"));
}

TEST_F(NvmesubsystemTest, SkipsASubsystemOrAPathThatLeaves) {
  nvmesubsystem_.KeepDescriptors(0);
  WriteSubsystem("nvme-subsys0");
  WritePath("nvme-subsys0/nvme0", "tcp\n", "live\n");
  WritePath("nvme-subsys0/nvme1", "tcp\n", "live\n");
  WriteSubsystem("nvme-subsys1");
  EXPECT_THAT(nvmesubsystem_.Run(), HasSubstr("paths_live{subsystem=\"nvme-subsys0\"} 2\n"));
  host_.Remove("sys/class/nvme-subsystem/nvme-subsys0/nvme1/state");
  host_.Remove("sys/class/nvme-subsystem/nvme-subsys0/nvme1/transport");
  for (const char* file : {"iopolicy", "model", "serial", "subsysnqn"}) {
    host_.Remove(std::string("sys/class/nvme-subsystem/nvme-subsys1/") + file);
  }
  const std::string text = nvmesubsystem_.Run();
  EXPECT_THAT(text, HasSubstr("paths{subsystem=\"nvme-subsys0\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("paths_live{subsystem=\"nvme-subsys0\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("nvme1")));
  EXPECT_THAT(text, Not(HasSubstr("nvme-subsys1")));
  EXPECT_EQ(nvmesubsystem_.status(), Status());
}

TEST_F(NvmesubsystemTest, CleansWhatTheSubsystemSays) {
  WriteSubsystem("nvme-subsys0");
  host_.WriteSys("class/nvme-subsystem/nvme-subsys0/model", "SSD\xff \"1\"\n");
  EXPECT_THAT(nvmesubsystem_.Run(), HasSubstr("model=\"SSD\xef\xbf\xbd \\\"1\\\"\""));
}

TEST_F(NvmesubsystemTest, IsAbsentWithoutTheClass) {
  EXPECT_EQ(nvmesubsystem_.Run(), "");
  EXPECT_EQ(nvmesubsystem_.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
