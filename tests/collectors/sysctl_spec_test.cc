#include "collectors/sysctl_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hostpulse::collectors {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string MetricOf(std::string_view text) {
  const auto spec = ParseSysctlSpec(text);
  return spec && spec->metrics.size() == 1 ? spec->metrics[0] : "";
}

TEST(SysctlSpecTest, MakesPathAndMetricOfAName) {
  const auto spec = ParseSysctlSpec("kernel.threads-max");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->name, "kernel.threads-max");
  EXPECT_EQ(spec->path, "kernel/threads-max");
  EXPECT_THAT(spec->metrics, ElementsAre("node_sysctl_kernel_threads_max"));
  EXPECT_FALSE(spec->with_keys);
}

TEST(SysctlSpecTest, TakesSlashesAsDots) {
  const auto slashes = ParseSysctlSpec("net/ipv4/tcp_rmem");
  ASSERT_TRUE(slashes);
  EXPECT_EQ(slashes->name, "net/ipv4/tcp_rmem");
  EXPECT_EQ(slashes->path, "net/ipv4/tcp_rmem");
  EXPECT_THAT(slashes->metrics, ElementsAre("node_sysctl_net_ipv4_tcp_rmem"));
  const auto mixed = ParseSysctlSpec("net/ipv4.conf/all.rp_filter");
  ASSERT_TRUE(mixed);
  EXPECT_EQ(mixed->path, "net/ipv4/conf/all/rp_filter");
}

TEST(SysctlSpecTest, MakesOneUnderscoreOfWhatNoMetricCanHave) {
  EXPECT_EQ(MetricOf("vm..swappiness"), "node_sysctl_vm_swappiness");
  EXPECT_EQ(MetricOf("/vm/swappiness"), "node_sysctl__vm_swappiness");
  EXPECT_EQ(MetricOf("a_.-_b"), "node_sysctl_a_b");
  EXPECT_EQ(MetricOf("a__b"), "node_sysctl_a__b");
  EXPECT_EQ(MetricOf("net.ipv6.conf.\xc3\xa9th0.x"), "node_sysctl_net_ipv6_conf_th0_x");
  EXPECT_EQ(MetricOf("."), "node_sysctl__");
}

TEST(SysctlSpecTest, MakesAMetricOfEachKey) {
  const auto spec = ParseSysctlSpec("net.ipv4.tcp_rmem:min,default,max");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->name, "net.ipv4.tcp_rmem");
  EXPECT_EQ(spec->path, "net/ipv4/tcp_rmem");
  EXPECT_TRUE(spec->with_keys);
  EXPECT_THAT(spec->metrics, ElementsAre("node_sysctl_net_ipv4_tcp_rmem_min",
                                         "node_sysctl_net_ipv4_tcp_rmem_default",
                                         "node_sysctl_net_ipv4_tcp_rmem_max"));
}

TEST(SysctlSpecTest, RefusesWhatCouldNeverBeReported) {
  const auto reason = [](std::string_view text) {
    return ParseSysctlSpec(text).status().message();
  };
  for (const char* text : {"", ":a,b", "vm.swappiness:", "vm.swappiness:x", "fs.file-nr:a,b-c,d",
                           "fs.file-nr:a, b", "fs.file-nr:a,\xc3\xa9"}) {
    EXPECT_EQ(ParseSysctlSpec(text).status().code(), ErrorCode::kInvalid) << text;
    EXPECT_THAT(reason(text), HasSubstr("\"" + std::string(text) + "\": ")) << text;
  }
  EXPECT_THAT(reason(":a,b"), HasSubstr("has no name"));
  EXPECT_THAT(reason("vm.swappiness:x"), HasSubstr("a single value takes no key"));
  EXPECT_THAT(reason("fs.file-nr:a,b-c,d"), HasSubstr("key \"b-c\""));
}

TEST(SysctlSpecTest, TakesNoKeysForText) {
  const auto spec = ParseSysctlInfoSpec("kernel.seccomp.actions_avail");
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->path, "kernel/seccomp/actions_avail");
  EXPECT_THAT(spec->metrics, IsEmpty());
  EXPECT_EQ(ParseSysctlInfoSpec("").status().code(), ErrorCode::kInvalid);
  EXPECT_EQ(ParseSysctlInfoSpec("fs.file-nr:a,b,c").status().code(), ErrorCode::kInvalid);
}

TEST(SysctlNumberTest, ReadsWhatGoReads) {
  EXPECT_EQ(ParseSysctlNumber("0"), 0);
  EXPECT_EQ(ParseSysctlNumber("60"), 60);
  EXPECT_EQ(ParseSysctlNumber("-1"), -1);
  EXPECT_EQ(ParseSysctlNumber("+5"), 5);
  EXPECT_EQ(ParseSysctlNumber("0x1F"), 31);
  EXPECT_EQ(ParseSysctlNumber("-0X10"), -16);
  EXPECT_EQ(ParseSysctlNumber("0644"), 420);
  EXPECT_EQ(ParseSysctlNumber("-9223372036854775808"), -9223372036854775808.0);
}

TEST(SysctlNumberTest, ReadsTheLimitsOfSharedMemory) {
  EXPECT_EQ(ParseSysctlNumber("18446744073692774399"), 18446744073692774399.0);
}

TEST(SysctlNumberTest, RefusesWhatIsNone) {
  for (const char* text : {"", "-", "+", "0x", "x", "1x", "1.5", "--1", "-+1", "0x-1", "08",
                           "1_000", " 1", "18446744073709551616", "-9223372036854775809"}) {
    EXPECT_FALSE(ParseSysctlNumber(text)) << text;
  }
}

}  // namespace
}  // namespace hostpulse::collectors
