#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;

class DmiTest : public testing::Test {
 protected:
  void Write(const std::string& file, const std::string& content) {
    host_.WriteSys("class/dmi/id/" + file, content + "\n");
  }

  HostTree host_;
};

TEST_F(DmiTest, MakesALabelOfEachField) {
  Write("bios_date", "04/12/2021");
  Write("bios_release", "2.2");
  Write("bios_vendor", "Dell Inc.");
  Write("bios_version", "2.2.4");
  Write("board_asset_tag", "tag");
  Write("board_name", "07PXPY");
  Write("board_serial", ".7N62AI2.GRTCL6944100GP.");
  Write("board_vendor", "Dell Inc. ");
  Write("board_version", "A01");
  Write("chassis_asset_tag", "");
  Write("chassis_serial", "7N62AI2");
  Write("chassis_type", "23");
  Write("chassis_vendor", "Dell Inc.");
  Write("chassis_version", "");
  Write("modalias", "dmi:bvnDellInc.:bvr2.2.4:");
  Write("product_family", "PowerEdge");
  Write("product_name", "PowerEdge R6515");
  Write("product_serial", "7N62AI2");
  Write("product_sku", "SKU=NotProvided;ModelName=PowerEdge R6515");
  Write("product_uuid", "83340ca8-cb49-4474-8c29-d2088ca84dd9");
  Write("product_version", "1");
  Write("sys_vendor", "Dell Inc.");
  CollectorHarness dmi("dmi", host_);
  EXPECT_EQ(dmi.Run(),
            "node_dmi_info{bios_date=\"04/12/2021\",bios_release=\"2.2\",bios_vendor=\"Dell Inc.\","
            "bios_version=\"2.2.4\",board_asset_tag=\"tag\",board_name=\"07PXPY\","
            "board_serial=\".7N62AI2.GRTCL6944100GP.\",board_vendor=\"Dell Inc.\","
            "board_version=\"A01\",chassis_asset_tag=\"\",chassis_serial=\"7N62AI2\","
            "chassis_vendor=\"Dell Inc.\",chassis_version=\"\",product_family=\"PowerEdge\","
            "product_name=\"PowerEdge R6515\",product_serial=\"7N62AI2\","
            "product_sku=\"SKU=NotProvided;ModelName=PowerEdge R6515\","
            "product_uuid=\"83340ca8-cb49-4474-8c29-d2088ca84dd9\",product_version=\"1\","
            "system_vendor=\"Dell Inc.\"} 1\n");
  EXPECT_EQ(dmi.status(), Status());
  EXPECT_EQ(dmi.AllocationsOnceWarm(), 0U);
}

TEST_F(DmiTest, HasNoLabelForWhatCannotBeRead) {
  Write("sys_vendor", "QEMU");
  host_.LinkSys("class/dmi/id/product_serial", "/proc/self/mem");  // EIO.
  CollectorHarness dmi("dmi", host_);
  EXPECT_EQ(dmi.Run(), "node_dmi_info{system_vendor=\"QEMU\"} 1\n");
}

TEST_F(DmiTest, ReplacesBytesThatAreNotUtf8) {
  Write("board_name", "B\xff\xfe\"1");
  CollectorHarness dmi("dmi", host_);
  EXPECT_EQ(dmi.Run(), "node_dmi_info{board_name=\"B\xef\xbf\xbd\xef\xbf\xbd\\\"1\"} 1\n");
}

TEST_F(DmiTest, ReadsTheFieldsOnce) {
  Write("sys_vendor", "QEMU");
  CollectorHarness dmi("dmi", host_);
  dmi.Run();
  Write("sys_vendor", "Bochs");
  EXPECT_EQ(dmi.Run(), "node_dmi_info{system_vendor=\"QEMU\"} 1\n");
}

TEST_F(DmiTest, IsAbsentOnAHostWithoutDmi) {
  CollectorHarness dmi("dmi", host_);
  EXPECT_EQ(dmi.Run(), "");
  EXPECT_EQ(dmi.status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(dmi.status().message(), HasSubstr("class/dmi/id"));
}

}  // namespace
}  // namespace hostpulse
