#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

class EdacTest : public testing::Test {
 protected:
  void Write(const std::string& path, const std::string& content) {
    host_.WriteSys("devices/system/edac/mc/" + path, content + "\n");
  }

  HostTree host_;
};

TEST_F(EdacTest, ReportsControllersRowsAndChannels) {
  Write("mc0/ce_count", "1");
  Write("mc0/ce_noinfo_count", "2");
  Write("mc0/ue_count", "5");
  Write("mc0/ue_noinfo_count", "6");
  Write("mc0/csrow0/ce_count", "3");
  Write("mc0/csrow0/ue_count", "4");
  Write("mc0/csrow0/ch0_ce_count", "7");
  Write("mc0/csrow0/ch0_ue_count", "8");
  Write("mc0/csrow0/ch0_dimm_label", "mc#0csrow#0channel#0");
  Write("mc0/csrow0/ch1_ce_count", "9");
  Write("mc0/dimm0/dimm_ce_count", "99");
  Write("mc1/ce_count", "18446744073709551615");
  Write("power/control", "auto");
  CollectorHarness edac("edac", host_);
  EXPECT_EQ(
      edac.Run(),
      "node_edac_channel_correctable_errors_total{channel=\"0\",controller=\"0\",csrow=\"0\","
      "dimm_label=\"mc0_csrow0_channel0\"} 7\n"
      "node_edac_channel_correctable_errors_total{channel=\"1\",controller=\"0\",csrow=\"0\","
      "dimm_label=\"unknown\"} 9\n"
      "node_edac_channel_uncorrectable_errors_total{channel=\"0\",controller=\"0\",csrow=\"0\","
      "dimm_label=\"mc0_csrow0_channel0\"} 8\n"
      "node_edac_correctable_errors_total{controller=\"0\"} 1\n"
      "node_edac_correctable_errors_total{controller=\"1\"} 18446744073709551616\n"
      "node_edac_csrow_correctable_errors_total{controller=\"0\",csrow=\"0\"} 3\n"
      "node_edac_csrow_correctable_errors_total{controller=\"0\",csrow=\"unknown\"} 2\n"
      "node_edac_csrow_uncorrectable_errors_total{controller=\"0\",csrow=\"0\"} 4\n"
      "node_edac_csrow_uncorrectable_errors_total{controller=\"0\",csrow=\"unknown\"} 6\n"
      "node_edac_uncorrectable_errors_total{controller=\"0\"} 5\n");
  EXPECT_EQ(edac.status(), Status());
  EXPECT_EQ(edac.AllocationsOnceWarm(), 0U);
}

TEST_F(EdacTest, WritesTheLabelsOfModulesWithoutHashes) {
  Write("mc0/csrow0/ch0_ce_count", "1");
  Write("mc0/csrow0/ch0_dimm_label", "CPU_SrcID#0_Ha#0_Chan#1_DIMM#0");
  Write("mc0/csrow0/ch1_ce_count", "2");
  Write("mc0/csrow0/ch1_dimm_label", "D\xffMM");
  Write("mc0/csrow0/ch2_ce_count", "3");
  Write("mc0/csrow0/ch2_dimm_label", "");
  CollectorHarness edac("edac", host_);
  const std::string samples = edac.Run();
  EXPECT_THAT(samples, HasSubstr("dimm_label=\"CPU_SrcID0_Ha0_Chan1_DIMM0\"} 1\n"));
  EXPECT_THAT(samples, HasSubstr("dimm_label=\"D\xef\xbf\xbdMM\"} 2\n"));
  EXPECT_THAT(samples, HasSubstr("dimm_label=\"\"} 3\n"));
}

TEST_F(EdacTest, FollowsCountersAndForgetsRowsThatLeft) {
  Write("mc0/csrow0/ce_count", "1");
  Write("mc0/csrow1/ce_count", "1");
  CollectorHarness edac("edac", host_);
  edac.KeepDescriptors(0);
  EXPECT_THAT(edac.Run(), HasSubstr("csrow=\"1\"} 1\n"));
  Write("mc0/csrow0/ce_count", "2");
  host_.Remove("sys/devices/system/edac/mc/mc0/csrow1");
  EXPECT_EQ(edac.Run(),
            "node_edac_csrow_correctable_errors_total{controller=\"0\",csrow=\"0\"} 2\n");
}

TEST_F(EdacTest, SkipsAControllerThatLeftAfterItWasListed) {
  Write("mc0/ce_count", "1");
  host_.LinkSys("devices/system/edac/mc/mc1", "nowhere");
  CollectorHarness edac("edac", host_);
  EXPECT_EQ(edac.Run(), "node_edac_correctable_errors_total{controller=\"0\"} 1\n");
  EXPECT_EQ(edac.status(), Status());
}

TEST_F(EdacTest, NamesABadNumberAndReportsTheRest) {
  Write("mc0/ce_count", "many");
  Write("mc0/ue_count", "2");
  Write("mc0/csrow0/ce_count", "-1");
  CollectorHarness edac("edac", host_);
  EXPECT_EQ(edac.Run(), "node_edac_uncorrectable_errors_total{controller=\"0\"} 2\n");
  EXPECT_EQ(edac.status().code(), ErrorCode::kParse);
  EXPECT_THAT(edac.status().message(), HasSubstr("mc0/ce_count"));
  EXPECT_THAT(edac.status().message(), Not(HasSubstr("csrow")));
  Write("mc0/ce_count", "1");
  Write("mc0/csrow0/ce_count", "1");
  edac.Run();
  EXPECT_EQ(edac.status(), Status());
}

TEST_F(EdacTest, IsFineOnAHostWithoutControllers) {
  CollectorHarness edac("edac", host_);
  EXPECT_EQ(edac.Run(), "");
  EXPECT_EQ(edac.status(), Status());
}

}  // namespace
}  // namespace hostpulse
