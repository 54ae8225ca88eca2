#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

constexpr std::string_view kDebian =
    "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n"
    "VERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n"
    "HOME_URL=\"https://www.debian.org/\"\n";

class OsTest : public testing::Test {
 protected:
  HostTree host_;
  CollectorHarness os_{"os", host_};
};

TEST_F(OsTest, HasEveryLabel) {
  host_.WriteRoot("etc/os-release",
                  "# comment\n\nNAME='N'\nVERSION=V\nID=i\nID_LIKE=\"a b\"\nVERSION_CODENAME=c\n"
                  "VERSION_ID=\"22.04\"\nPRETTY_NAME=\"P \\\"q\\\"\"\nBUILD_ID=b\nVARIANT=Va\n"
                  "VARIANT_ID=vi\nIMAGE_ID=ii\nIMAGE_VERSION=iv\nSUPPORT_END=2027-04-01\n");
  EXPECT_EQ(os_.Run(),
            "node_os_info{build_id=\"b\",id=\"i\",id_like=\"a b\",image_id=\"ii\","
            "image_version=\"iv\",name=\"N\",pretty_name=\"P \\\"q\\\"\",variant=\"Va\","
            "variant_id=\"vi\",version=\"V\",version_codename=\"c\",version_id=\"22.04\"} 1\n"
            "node_os_support_end_timestamp_seconds 1806537600\n"
            "node_os_version{id=\"i\",id_like=\"a b\",name=\"N\"} 22.04\n");
  EXPECT_TRUE(os_.status().ok());
}

TEST_F(OsTest, LeavesOutWhatTheFileDoesNotSay) {
  host_.WriteRoot("etc/os-release", "ID=arch\nNAME=Arch\nSUPPORT_END=soon\n");
  EXPECT_EQ(os_.Run(),
            "node_os_info{build_id=\"\",id=\"arch\",id_like=\"\",image_id=\"\",image_version=\"\","
            "name=\"Arch\",pretty_name=\"\",variant=\"\",variant_id=\"\",version=\"\","
            "version_codename=\"\",version_id=\"\"} 1\n");
}

TEST_F(OsTest, FallsBackToTheVendorsFile) {
  host_.WriteRoot("usr/lib/os-release", kDebian);
  EXPECT_NE(os_.Run().find("node_os_version{id=\"debian\",id_like=\"\","
                           "name=\"Debian GNU/Linux\"} 12\n"),
            std::string::npos);
  host_.WriteRoot("etc/os-release", "ID=local\n");
  EXPECT_NE(os_.Run().find("id=\"local\""), std::string::npos);
}

TEST_F(OsTest, SeesAnUpgradeAndForgetsTheOldValues) {
  host_.WriteRoot("etc/os-release", kDebian);
  EXPECT_NE(os_.Run().find("version_id=\"12\""), std::string::npos);
  host_.WriteRoot("etc/os-release", "ID=debian\nVERSION_ID=13\n");
  const std::string text = os_.Run();
  EXPECT_NE(text.find("version_id=\"13\""), text.npos) << text;
  EXPECT_EQ(text.find("bookworm"), text.npos) << text;
}

TEST_F(OsTest, LeavesOutABadLineAndNamesIt) {
  host_.WriteRoot("etc/os-release", "ID=x\nNAME=\"unterminated\nVERSION_ID=1\n");
  const std::string text = os_.Run();
  EXPECT_NE(text.find("id=\"x\""), text.npos) << text;
  EXPECT_NE(text.find("version_id=\"1\""), text.npos) << text;
  EXPECT_TRUE(os_.status().ok());
  const std::string log = os_.Log();
  EXPECT_NE(log.find("line=2"), log.npos) << log;
  EXPECT_NE(log.find("etc/os-release"), log.npos) << log;
}

TEST_F(OsTest, IsAbsentWithoutAFile) {
  EXPECT_EQ(os_.Run(), "");
  EXPECT_EQ(os_.status().code(), ErrorCode::kAbsent);

  host_.WriteRoot("etc/os-release", kDebian);
  EXPECT_NE(os_.Run(), "");
  host_.Remove("root/etc/os-release");
  EXPECT_EQ(os_.Run(), "");
  EXPECT_EQ(os_.status().code(), ErrorCode::kAbsent);
}

TEST_F(OsTest, RefusesAHugeFile) {
  host_.WriteRoot("etc/os-release", "ID=x\n#" + std::string(70'000, 'x') + "\n");
  EXPECT_EQ(os_.Run(), "");
  EXPECT_EQ(os_.status().code(), ErrorCode::kInvalid);
}

TEST_F(OsTest, AllocatesNothingOnceWarm) {
  host_.WriteRoot("etc/os-release", kDebian);
  EXPECT_EQ(os_.AllocationsOnceWarm(), 0u);
}

}  // namespace
}  // namespace hostpulse
