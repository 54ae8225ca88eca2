#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

class NvmeTest : public testing::Test {
 protected:
  void WriteController(const std::string& name) {
    const std::string base = "class/nvme/" + name + "/";
    host_.WriteSys(base + "cntlid", "1997\n");
    host_.WriteSys(base + "firmware_rev", "1B2QEXP7\n");
    host_.WriteSys(base + "model", "Samsung SSD 970 PRO 512GB               \n");
    host_.WriteSys(base + "serial", "S680HF8N190894I     \n");
    host_.WriteSys(base + "state", "live\n");
  }
  void WriteNamespace(const std::string& path, std::string_view block, std::string_view sectors,
                      std::string_view used) {
    const std::string base = "class/nvme/" + path + "/";
    host_.WriteSys(base + "queue/logical_block_size", block);
    host_.WriteSys(base + "size", sectors);
    host_.WriteSys(base + "nuse", used);
  }

  HostTree host_;
  CollectorHarness nvme_{"nvme", host_};
};

constexpr std::string_view kInfo =
    "node_nvme_info{cntlid=\"1997\",device=\"nvme0\",firmware_revision=\"1B2QEXP7\","
    "model=\"Samsung SSD 970 PRO 512GB\",serial=\"S680HF8N190894I\",state=\"live\"} 1\n";

TEST_F(NvmeTest, ReportsControllersAndTheirNamespaces) {
  WriteController("nvme0");
  WriteNamespace("nvme0/nvme0c0n1", "512\n", "4194304\n", "2097152\n");
  host_.WriteSys("class/nvme/nvme0/nvme0c0n1/ana_state", "optimized\n");
  WriteNamespace("nvme0/nvme0n2", "4096\n", "1000\n", "50\n");
  host_.WriteSys("class/nvme/nvme0/hwmon1/name", "nvme\n");
  host_.WriteSys("class/nvme/nvme0/ng0n2/dev", "241:0\n");
  EXPECT_EQ(nvme_.Run(),
            std::string(kInfo) +
                "node_nvme_namespace_capacity_bytes{device=\"nvme0\",nsid=\"1\"} 2147483648\n"
                "node_nvme_namespace_capacity_bytes{device=\"nvme0\",nsid=\"2\"} 4096000\n"
                "node_nvme_namespace_info{ana_state=\"\",device=\"nvme0\",nsid=\"2\"} 1\n"
                "node_nvme_namespace_info{ana_state=\"optimized\",device=\"nvme0\",nsid=\"1\"} 1\n"
                "node_nvme_namespace_logical_block_size_bytes{device=\"nvme0\",nsid=\"1\"} 512\n"
                "node_nvme_namespace_logical_block_size_bytes{device=\"nvme0\",nsid=\"2\"} 4096\n"
                "node_nvme_namespace_size_bytes{device=\"nvme0\",nsid=\"1\"} 2147483648\n"
                "node_nvme_namespace_size_bytes{device=\"nvme0\",nsid=\"2\"} 4096000\n"
                "node_nvme_namespace_used_bytes{device=\"nvme0\",nsid=\"1\"} 1073741824\n"
                "node_nvme_namespace_used_bytes{device=\"nvme0\",nsid=\"2\"} 204800\n");
  EXPECT_EQ(nvme_.status(), Status());
  EXPECT_EQ(nvme_.AllocationsOnceWarm(), 0U);
}

// /sys counts in sectors of 512 bytes whatever the size of a block.
TEST_F(NvmeTest, GivesTheTrueSizeOfLargeBlocksWhereAskedTo) {
  WriteController("nvme0");
  WriteNamespace("nvme0/nvme0n2", "4096\n", "1000\n", "50\n");
  nvme_.MakeWith([](const collectors::CollectorContext& context) {
    collectors::FlagValues flags = context.flags;
    flags.Set("hostpulse.fixed-scales", {"true"});
    return collectors::FindCollector("nvme")->make(
        {context.paths, flags, context.descriptors, context.clock, context.log});
  });
  const std::string text = nvme_.Run();
  EXPECT_THAT(text, HasSubstr("size_bytes{device=\"nvme0\",nsid=\"2\"} 512000\n"));
  EXPECT_THAT(text, HasSubstr("capacity_bytes{device=\"nvme0\",nsid=\"2\"} 512000\n"));
  EXPECT_THAT(text, HasSubstr("used_bytes{device=\"nvme0\",nsid=\"2\"} 204800\n"));
}

TEST_F(NvmeTest, LeavesOutWhatAKernelDoesNotSay) {
  host_.WriteSys("class/nvme/nvme0/state", "connecting\n");
  host_.WriteSys("class/nvme/nvme0/nvme0n1/size", "8\n");
  host_.WriteSys("class/nvme/nvme0/nvme0n2/queue/logical_block_size", "512\n");
  EXPECT_EQ(nvme_.Run(),
            "node_nvme_info{cntlid=\"\",device=\"nvme0\",firmware_revision=\"\",model=\"\","
            "serial=\"\",state=\"connecting\"} 1\n"
            "node_nvme_namespace_info{ana_state=\"\",device=\"nvme0\",nsid=\"1\"} 1\n"
            "node_nvme_namespace_info{ana_state=\"\",device=\"nvme0\",nsid=\"2\"} 1\n"
            "node_nvme_namespace_logical_block_size_bytes{device=\"nvme0\",nsid=\"2\"} 512\n");
  EXPECT_EQ(nvme_.status(), Status());
}

TEST_F(NvmeTest, SkipsAControllerOrANamespaceThatLeaves) {
  nvme_.KeepDescriptors(0);
  WriteController("nvme0");
  WriteController("nvme1");
  WriteNamespace("nvme0/nvme0n1", "512\n", "8\n", "4\n");
  EXPECT_THAT(nvme_.Run(), HasSubstr("device=\"nvme1\""));
  for (const char* file : {"cntlid", "firmware_rev", "model", "serial", "state"}) {
    host_.Remove(std::string("sys/class/nvme/nvme1/") + file);
  }
  for (const char* file : {"queue/logical_block_size", "size", "nuse"}) {
    host_.Remove(std::string("sys/class/nvme/nvme0/nvme0n1/") + file);
  }
  EXPECT_EQ(nvme_.Run(), kInfo);
  EXPECT_EQ(nvme_.status(), Status());
}

TEST_F(NvmeTest, NamesABadNumberAndReportsTheRest) {
  WriteController("nvme0");
  WriteNamespace("nvme0/nvme0n1", "512\n", "many\n", "4\n");
  WriteNamespace("nvme0/nvme0n2", "-512\n", "8\n", "4\n");
  WriteNamespace("nvme0/nvme0n3", "512\n", "8\n", "18446744073709551616\n");
  const std::string text = nvme_.Run();
  EXPECT_THAT(text, HasSubstr("used_bytes{device=\"nvme0\",nsid=\"1\"} 2048\n"));
  EXPECT_THAT(text, Not(HasSubstr("size_bytes{device=\"nvme0\",nsid=\"1\"} 0")));
  EXPECT_THAT(text, Not(HasSubstr("_bytes{device=\"nvme0\",nsid=\"2\"}")));
  EXPECT_THAT(text, HasSubstr("size_bytes{device=\"nvme0\",nsid=\"3\"} 4096\n"));
  EXPECT_THAT(text, Not(HasSubstr("used_bytes{device=\"nvme0\",nsid=\"3\"}")));
  EXPECT_EQ(nvme_.status().code(), ErrorCode::kParse);
  EXPECT_THAT(nvme_.status().message(), HasSubstr("nvme0n1/size: cannot parse number in \"many\""));
}

TEST_F(NvmeTest, CleansWhatTheFirmwareSays) {
  WriteController("nvme0");
  host_.WriteSys("class/nvme/nvme0/model", "SSD\xff\n");
  EXPECT_THAT(nvme_.Run(), HasSubstr("model=\"SSD\xef\xbf\xbd\""));
}

TEST_F(NvmeTest, IsAbsentWithoutControllersAndFineWithNone) {
  EXPECT_EQ(nvme_.Run(), "");
  EXPECT_EQ(nvme_.status().code(), ErrorCode::kAbsent);
  host_.WriteSys("class/nvme/nvme0/state", "live\n");
  host_.Remove("sys/class/nvme/nvme0");
  EXPECT_EQ(nvme_.Run(), "");
  EXPECT_EQ(nvme_.status(), Status());
}

// A host without NVMe is spared the worker for what may hang.
TEST_F(NvmeTest, MayBlockOnlyWhereThereIsAController) {
  std::unique_ptr<collectors::Collector> nvme;
  nvme_.MakeWith([](const collectors::CollectorContext& context) {
    auto made = collectors::FindCollector("nvme")->make(context);
    MetricBatch batch;
    EXPECT_TRUE((*made)->MayBlock());
    batch.Begin();
    EXPECT_EQ((*made)->Collect(batch).code(), ErrorCode::kAbsent);
    batch.Finish();
    EXPECT_FALSE((*made)->MayBlock());
    return made;
  });
  EXPECT_EQ(nvme_.Run(), "");
}

}  // namespace
}  // namespace hostpulse
