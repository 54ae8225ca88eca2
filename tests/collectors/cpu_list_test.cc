#include "collectors/cpu_list.h"

#include <gtest/gtest.h>

#include <string>

namespace hostpulse::collectors {
namespace {

std::string Visit(std::string_view list) {
  std::string seen;
  const bool fine = ForEachCpu(list, [&](int cpu) { seen += std::to_string(cpu) + " "; });
  return seen + (fine ? "ok" : "bad");
}

TEST(ForEachCpuTest, TakesNumbersAndRanges) {
  EXPECT_EQ(Visit("0-3,8\n"), "0 1 2 3 8 ok");
  EXPECT_EQ(Visit("5"), "5 ok");
  EXPECT_EQ(Visit("65535"), "65535 ok");
  EXPECT_EQ(Visit("\n"), "ok");
  EXPECT_EQ(Visit(""), "ok");
}

TEST(ForEachCpuTest, StopsAtWhatIsNoList) {
  for (const char* bad : {"x", "1-", "-1", "3-1", "0,", ",0", "0,,1", "0-99999999999", "1 2"}) {
    EXPECT_TRUE(Visit(bad).ends_with("bad")) << bad;
  }
}

TEST(CpuOfDirectoryTest, KnowsTheNamesOfCpus) {
  EXPECT_EQ(CpuOfDirectory("cpu0"), "0");
  EXPECT_EQ(CpuOfDirectory("cpu127"), "127");
  for (const char* other : {"cpu", "cpuidle", "cpufreq", "cpu0x", "node0", ""}) {
    EXPECT_EQ(CpuOfDirectory(other), "") << other;
  }
}

}  // namespace
}  // namespace hostpulse::collectors
