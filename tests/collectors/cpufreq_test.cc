#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

class CpufreqTest : public testing::Test {
 protected:
  void Write(const std::string& cpu, const std::string& file, const std::string& content) {
    host_.WriteSys("devices/system/cpu/cpu" + cpu + "/cpufreq/" + file, content + "\n");
  }

  HostTree host_;
};

TEST_F(CpufreqTest, ReportsEveryFileOfEveryCpu) {
  Write("0", "cpuinfo_cur_freq", "1699981");
  Write("0", "cpuinfo_avg_freq", "1650000");
  Write("0", "cpuinfo_min_freq", "800000");
  Write("0", "cpuinfo_max_freq", "3700000");
  Write("0", "scaling_cur_freq", "1699980");
  Write("0", "scaling_min_freq", "900000");
  Write("0", "scaling_max_freq", "3600000");
  Write("0", "scaling_governor", "powersave");
  Write("0", "scaling_available_governors", "performance powersave ");
  Write("1", "scaling_cur_freq", "8000");
  host_.WriteSys("devices/system/cpu/cpufreq/boost", "1\n");
  host_.WriteSys("devices/system/cpu/offline", "\n");
  CollectorHarness cpufreq("cpufreq", host_);
  EXPECT_EQ(cpufreq.Run(),
            "node_cpu_frequency_avg_hertz{cpu=\"0\"} 1650000000\n"
            "node_cpu_frequency_hertz{cpu=\"0\"} 1699981000\n"
            "node_cpu_frequency_max_hertz{cpu=\"0\"} 3700000000\n"
            "node_cpu_frequency_min_hertz{cpu=\"0\"} 800000000\n"
            "node_cpu_scaling_frequency_hertz{cpu=\"0\"} 1699980000\n"
            "node_cpu_scaling_frequency_hertz{cpu=\"1\"} 8000000\n"
            "node_cpu_scaling_frequency_max_hertz{cpu=\"0\"} 3600000000\n"
            "node_cpu_scaling_frequency_min_hertz{cpu=\"0\"} 900000000\n"
            "node_cpu_scaling_governor{cpu=\"0\",governor=\"performance\"} 0\n"
            "node_cpu_scaling_governor{cpu=\"0\",governor=\"powersave\"} 1\n");
  EXPECT_EQ(cpufreq.status(), Status());
  EXPECT_EQ(cpufreq.AllocationsOnceWarm(), 0U);
}

TEST_F(CpufreqTest, FollowsTheFrequency) {
  Write("0", "scaling_cur_freq", "1");
  CollectorHarness cpufreq("cpufreq", host_);
  cpufreq.Run();
  Write("0", "scaling_cur_freq", "2");
  EXPECT_EQ(cpufreq.Run(), "node_cpu_scaling_frequency_hertz{cpu=\"0\"} 2000\n");
}

TEST_F(CpufreqTest, SkipsCpusThatAreOfflineOrLeft) {
  for (const char* cpu : {"0", "1", "2"}) Write(cpu, "scaling_cur_freq", "1");
  CollectorHarness cpufreq("cpufreq", host_);
  EXPECT_THAT(cpufreq.Run(), HasSubstr("cpu=\"1\""));
  host_.WriteSys("devices/system/cpu/offline", "1,4-7\n");
  EXPECT_EQ(cpufreq.Run(),
            "node_cpu_scaling_frequency_hertz{cpu=\"0\"} 1000\n"
            "node_cpu_scaling_frequency_hertz{cpu=\"2\"} 1000\n");
  host_.Remove("sys/devices/system/cpu/cpu2");
  EXPECT_EQ(cpufreq.Run(), "node_cpu_scaling_frequency_hertz{cpu=\"0\"} 1000\n");
}

TEST_F(CpufreqTest, FindsAFileThatComesLaterWithinSixteenCollections) {
  Write("0", "scaling_cur_freq", "1");
  CollectorHarness cpufreq("cpufreq", host_);
  cpufreq.Run();
  Write("0", "scaling_max_freq", "5");
  std::string samples;
  for (int i = 0; i < 16; ++i) samples = cpufreq.Run();
  EXPECT_THAT(samples, HasSubstr("node_cpu_scaling_frequency_max_hertz{cpu=\"0\"} 5000\n"));
}

TEST_F(CpufreqTest, IsFineOnAHostWithoutScaling) {
  host_.WriteSys("devices/system/cpu/cpu0/topology/core_id", "0\n");
  CollectorHarness cpufreq("cpufreq", host_);
  EXPECT_EQ(cpufreq.Run(), "");
  EXPECT_EQ(cpufreq.status(), Status());
}

TEST_F(CpufreqTest, SkipsAnUnknownFrequencyAndNamesABadOne) {
  Write("0", "cpuinfo_cur_freq", "<unknown>");
  Write("0", "scaling_cur_freq", "fast");
  Write("1", "scaling_cur_freq", "7");
  CollectorHarness cpufreq("cpufreq", host_);
  EXPECT_EQ(cpufreq.Run(), "node_cpu_scaling_frequency_hertz{cpu=\"1\"} 7000\n");
  EXPECT_EQ(cpufreq.status().code(), ErrorCode::kParse);
  EXPECT_THAT(cpufreq.status().message(), HasSubstr("cpu0/cpufreq/scaling_cur_freq"));
  EXPECT_THAT(cpufreq.status().message(), Not(HasSubstr("unknown")));
}

TEST_F(CpufreqTest, IsAbsentWithoutTheDirectory) {
  CollectorHarness cpufreq("cpufreq", host_);
  EXPECT_EQ(cpufreq.Run(), "");
  EXPECT_EQ(cpufreq.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
