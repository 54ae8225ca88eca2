#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

class DrmTest : public testing::Test {
 protected:
  void Write(const std::string& card, const std::string& file, const std::string& content) {
    host_.WriteSys("class/drm/" + card + "/device/" + file, content + "\n");
  }

  HostTree host_;
};

TEST_F(DrmTest, ReportsAnAmdCard) {
  Write("card0", "uevent", "DRIVER=amdgpu\nPCI_CLASS=30000\nPCI_ID=1002:687F");
  Write("card0", "gpu_busy_percent", "4");
  Write("card0", "mem_info_gtt_total", "8573157376");
  Write("card0", "mem_info_gtt_used", "144560128");
  Write("card0", "mem_info_vis_vram_total", "8573157375");
  Write("card0", "mem_info_vis_vram_used", "1490378752");
  Write("card0", "mem_info_vram_total", "8573157377");
  Write("card0", "mem_info_vram_used", "1490378753");
  Write("card0", "mem_info_vram_vendor", "samsung");
  Write("card0", "power_dpm_force_performance_level", "manual");
  Write("card0", "unique_id", "0123456789abcdef");
  host_.WriteSys("class/drm/card0-DP-1/status", "connected\n");
  host_.WriteSys("class/drm/renderD128/dev", "226:128\n");
  host_.WriteSys("class/drm/version", "drm 1.1.0 20060810\n");
  CollectorHarness drm("drm", host_);
  EXPECT_EQ(drm.Run(),
            "node_drm_card_info{card=\"card0\",memory_vendor=\"samsung\","
            "power_performance_level=\"manual\",unique_id=\"0123456789abcdef\",vendor=\"amd\"} 1\n"
            "node_drm_gpu_busy_percent{card=\"card0\"} 4\n"
            "node_drm_memory_gtt_size_bytes{card=\"card0\"} 8573157376\n"
            "node_drm_memory_gtt_used_bytes{card=\"card0\"} 144560128\n"
            "node_drm_memory_vis_vram_size_bytes{card=\"card0\"} 8573157375\n"
            "node_drm_memory_vis_vram_used_bytes{card=\"card0\"} 1490378752\n"
            "node_drm_memory_vram_size_bytes{card=\"card0\"} 8573157377\n"
            "node_drm_memory_vram_used_bytes{card=\"card0\"} 1490378753\n");
  EXPECT_EQ(drm.status(), Status());
  EXPECT_EQ(drm.AllocationsOnceWarm(), 0U);
}

TEST_F(DrmTest, LeavesOutCardsOfOtherDriversAndCardsThatLeft) {
  Write("card0", "uevent", "DRIVER=i915");
  Write("card0", "gpu_busy_percent", "4");
  host_.LinkSys("class/drm/card1", "../../devices/card1");
  CollectorHarness drm("drm", host_);
  EXPECT_EQ(drm.Run(), "");
  EXPECT_EQ(drm.status(), Status());
  EXPECT_EQ(drm.AllocationsOnceWarm(), 0U);
}

TEST_F(DrmTest, LeavesOutWhatACardDoesNotHave) {
  Write("card12", "uevent", "DRIVER=amdgpu");
  Write("card12", "mem_info_vram_vendor", "s\xff");
  Write("card12", "mem_info_vram_used", "18446744073709551616");
  Write("card12", "mem_info_vram_total", "7");
  CollectorHarness drm("drm", host_);
  EXPECT_EQ(drm.Run(),
            "node_drm_card_info{card=\"card12\",memory_vendor=\"s\xef\xbf\xbd\","
            "power_performance_level=\"\",unique_id=\"\",vendor=\"amd\"} 1\n"
            "node_drm_memory_vram_size_bytes{card=\"card12\"} 7\n");
  EXPECT_EQ(drm.status().code(), ErrorCode::kParse);
  EXPECT_THAT(drm.status().message(), HasSubstr("card12/device/mem_info_vram_used"));
}

TEST_F(DrmTest, IsFineOnAHostWithoutGraphics) {
  CollectorHarness drm("drm", host_);
  EXPECT_EQ(drm.Run(), "");
  EXPECT_EQ(drm.status(), Status());
}

}  // namespace
}  // namespace hostpulse
