#include "collectors/device_filter.h"

#include <gtest/gtest.h>

#include <string>

namespace hostpulse::collectors {
namespace {

TEST(PatternTest, FindsAMatchAnywhere) {
  const Pattern pattern("eth|^lo$");
  EXPECT_TRUE(pattern.Matches("veth0"));
  EXPECT_TRUE(pattern.Matches("lo"));
  EXPECT_FALSE(pattern.Matches("lo0"));
  EXPECT_FALSE(pattern.Matches(""));
  EXPECT_TRUE(Pattern("").Matches("anything"));
}

TEST(PatternTest, HasGosSyntax) {
  EXPECT_TRUE(Pattern(R"(^nvme\d+n\d+p\d+$)").Matches("nvme0n1p2"));
  EXPECT_TRUE(Pattern("(?i)ETH").Matches("eth0"));
  EXPECT_FALSE(Pattern::Compile("(?=x)").ok());
}

TEST(PatternTest, TakesBytesThatAreNoUtf8) {
  EXPECT_TRUE(
      Pattern("^b").Matches("b\xff"
                            "ad"));
}

TEST(PatternTest, SaysWhatIsWrongAndWhere) {
  const auto pattern = Pattern::Compile("eth(0");
  EXPECT_EQ(pattern.status().code(), ErrorCode::kInvalid);
  EXPECT_NE(pattern.status().message().find("eth(0"), std::string::npos);
  EXPECT_NE(pattern.status().message().find("missing )"), std::string::npos);
}

TEST(DeviceFilterTest, IncludesAndExcludes) {
  const DeviceFilter all("", "");
  EXPECT_TRUE(all("eth0"));
  const DeviceFilter only("^eth", "");
  EXPECT_TRUE(only("eth0"));
  EXPECT_FALSE(only("lo"));
  const DeviceFilter but("", "^eth");
  EXPECT_FALSE(but("eth0"));
  EXPECT_TRUE(but("lo"));
}

TEST(DeviceFilterTest, ReadsItsFlags) {
  FlagValues flags;
  flags.Set("in", {""});
  flags.Set("out", {"^lo$"});
  EXPECT_FALSE((*DeviceFilter::FromFlags(flags, "in", "out"))("lo"));
  EXPECT_TRUE((*DeviceFilter::FromFlags(flags, "in", ""))("lo"));
}

TEST(DeviceFilterTest, RefusesBothFlagsAtOnce) {
  FlagValues flags;
  flags.Set("collector.x.device-include", {"eth"});
  flags.Set("collector.x.device-exclude", {"lo"});
  const auto filter =
      DeviceFilter::FromFlags(flags, "collector.x.device-include", "collector.x.device-exclude");
  EXPECT_EQ(filter.status().code(), ErrorCode::kInvalid);
  EXPECT_EQ(filter.status().message(),
            "--collector.x.device-include and --collector.x.device-exclude are mutually exclusive: "
            "give one of them");
}

}  // namespace
}  // namespace hostpulse::collectors
