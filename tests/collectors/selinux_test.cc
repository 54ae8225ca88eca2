#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using namespace std::string_view_literals;

class SelinuxTest : public testing::Test {
 protected:
  // As the kernel prints it: without a newline.
  void WriteEnforce(std::string_view mode) { host_.WriteSys("fs/selinux/enforce", mode); }
  void WriteLabel(std::string_view label) { host_.WriteProc("self/attr/current", label); }
  void WriteConfig(std::string_view text) { host_.WriteRoot("etc/selinux/config", text); }

  HostTree host_;
  CollectorHarness selinux_{"selinux", host_};
};

TEST_F(SelinuxTest, SaysWhatIsAndWhatShouldBe) {
  WriteEnforce("0");
  WriteLabel("system_u:system_r:unconfined_service_t:s0\0"sv);
  WriteConfig("# comment\n#SELINUX=disabled\nSELINUXTYPE=targeted\nSELINUX=enforcing\n");
  EXPECT_EQ(selinux_.Run(),
            "node_selinux_config_mode 1\n"
            "node_selinux_current_mode 0\n"
            "node_selinux_enabled 1\n");
  EXPECT_EQ(selinux_.status(), Status());
  WriteEnforce("1");
  EXPECT_THAT(selinux_.Run(), testing::HasSubstr("node_selinux_current_mode 1\n"));
  EXPECT_EQ(selinux_.AllocationsOnceWarm(), 0U);
}

TEST_F(SelinuxTest, IsOnlyNotEnabledWhereItIsNotMounted) {
  WriteConfig("SELINUX=enforcing\n");
  EXPECT_EQ(selinux_.Run(), "node_selinux_enabled 0\n");
  EXPECT_EQ(selinux_.status(), Status());
  EXPECT_EQ(selinux_.AllocationsOnceWarm(), 0U);
}

TEST_F(SelinuxTest, IsNotEnabledBeforeAPolicyIsLoaded) {
  WriteEnforce("0");
  WriteLabel("kernel\0"sv);
  EXPECT_EQ(selinux_.Run(), "node_selinux_enabled 0\n");
  WriteLabel("kernel_t\0"sv);
  EXPECT_THAT(selinux_.Run(), testing::HasSubstr("node_selinux_enabled 1\n"));
}

TEST_F(SelinuxTest, ReadsTheWordsOfTheConfiguration) {
  WriteEnforce("1");
  const std::pair<const char*, int> configs[] = {{"SELINUX=enforcing\n", 1},
                                                 {"  SELINUX=permissive  \n", 0},
                                                 {"SELINUX=\"permissive\"\n", 0},
                                                 {"SELINUX=disabled\n", -1},
                                                 {"SELINUX=Enforcing\n", -1},
                                                 {"SELINUX=\n", -1},
                                                 {"SELINUX = enforcing\n", -1},
                                                 {"", -1},
                                                 {"SELINUX=permissive\nSELINUX=enforcing\n", 0}};
  for (const auto& [text, mode] : configs) {
    WriteConfig(text);
    CollectorHarness selinux("selinux", host_);
    EXPECT_THAT(selinux.Run(),
                testing::StartsWith("node_selinux_config_mode " + std::to_string(mode) + "\n"))
        << text;
  }
}

TEST_F(SelinuxTest, FollowsTheConfiguration) {
  WriteEnforce("1");
  EXPECT_THAT(selinux_.Run(), testing::StartsWith("node_selinux_config_mode -1\n"));
  WriteConfig("SELINUX=enforcing\n");
  EXPECT_THAT(selinux_.Run(), testing::StartsWith("node_selinux_config_mode 1\n"));
  WriteConfig("SELINUX=permissive\n");
  EXPECT_THAT(selinux_.Run(), testing::StartsWith("node_selinux_config_mode 0\n"));
  host_.Remove("root/etc/selinux/config");
  EXPECT_THAT(selinux_.Run(), testing::StartsWith("node_selinux_config_mode -1\n"));
}

TEST_F(SelinuxTest, NamesAModeThatIsNone) {
  for (const char* bad : {"", "on", "1 0", "99999999999"}) {
    WriteEnforce(bad);
    EXPECT_EQ(selinux_.Run(), "node_selinux_config_mode -1\nnode_selinux_enabled 1\n") << bad;
    EXPECT_EQ(selinux_.status().code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(selinux_.status().message(), testing::HasSubstr("fs/selinux/enforce")) << bad;
  }
}

TEST_F(SelinuxTest, SaysWhyTheModeCannotBeRead) {
  host_.WriteSys("fs/selinux/enforce/is_a_directory", "");
  EXPECT_EQ(selinux_.Run(), "node_selinux_config_mode -1\nnode_selinux_enabled 1\n");
  EXPECT_EQ(selinux_.status().code(), ErrorCode::kIo);
}

}  // namespace
}  // namespace hostpulse
