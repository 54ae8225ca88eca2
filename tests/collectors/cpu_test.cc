#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

// The samples of a Run that belong to one family.
std::string Only(const std::string& samples, const std::string& family) {
  std::string out;
  for (std::size_t at = 0; at < samples.size();) {
    const std::size_t end = samples.find('\n', at) + 1;
    const std::string line = samples.substr(at, end - at);
    if (line.starts_with(family + "{")) out += line;
    at = end;
  }
  return out;
}

TEST(CpuTest, ReportsTheTimesOfEachCpu) {
  HostTree host;
  host.WriteProc("stat",
                 "cpu  130 25 37 49 50 60 70 80 93 18\n"
                 "cpu0 100 20 30 40 50 60 70 80 90 10\n"
                 "cpu10 30 5 7 9 0 0 0 0 3 8\n"
                 "intr 5\n");
  CollectorHarness cpu("cpu", host);
  EXPECT_EQ(cpu.Run(),
            "node_cpu_guest_seconds_total{cpu=\"0\",mode=\"nice\"} 0.1\n"
            "node_cpu_guest_seconds_total{cpu=\"0\",mode=\"user\"} 0.9\n"
            "node_cpu_guest_seconds_total{cpu=\"10\",mode=\"nice\"} 0.08\n"
            "node_cpu_guest_seconds_total{cpu=\"10\",mode=\"user\"} 0.03\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 0.4\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"iowait\"} 0.5\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"irq\"} 0.6\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"nice\"} 0.2\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"softirq\"} 0.7\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"steal\"} 0.8\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"system\"} 0.3\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 1\n"
            "node_cpu_seconds_total{cpu=\"10\",mode=\"idle\"} 0.09\n"
            "node_cpu_seconds_total{cpu=\"10\",mode=\"iowait\"} 0\n"
            "node_cpu_seconds_total{cpu=\"10\",mode=\"irq\"} 0\n"
            "node_cpu_seconds_total{cpu=\"10\",mode=\"nice\"} 0.05\n"
            "node_cpu_seconds_total{cpu=\"10\",mode=\"softirq\"} 0\n"
            "node_cpu_seconds_total{cpu=\"10\",mode=\"steal\"} 0\n"
            "node_cpu_seconds_total{cpu=\"10\",mode=\"system\"} 0.07\n"
            "node_cpu_seconds_total{cpu=\"10\",mode=\"user\"} 0.3\n");
  EXPECT_EQ(cpu.status(), Status());
}

TEST(CpuTest, LeavesGuestsOutIfToldTo) {
  HostTree host;
  host.WriteProc("stat", "cpu0 100 20 30 40 50 60 70 80 90 10\n");
  CollectorHarness cpu("cpu", host, {{"collector.cpu.guest", "false"}});
  EXPECT_THAT(cpu.Run(), Not(HasSubstr("guest")));
}

TEST(CpuTest, LeavesOutTheModesThatAnOldKernelLacks) {
  HostTree host;
  host.WriteProc("stat", "cpu0 100 20 30 40\n");
  EXPECT_EQ(CollectorHarness("cpu", host).Run(),
            "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 0.4\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"nice\"} 0.2\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"system\"} 0.3\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 1\n");
}

TEST(CpuTest, KeepsEachModeFromFalling) {
  HostTree host;
  host.WriteProc("stat", "cpu0 100 0 0 1000 700\n");
  CollectorHarness cpu("cpu", host);
  cpu.Run();
  // Less user and idle time by a little; iowait, which falls for real, by a lot; more system time.
  host.WriteProc("stat", "cpu0 90 0 50 701 5\n");
  EXPECT_EQ(cpu.Run(),
            "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 10\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"iowait\"} 7\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"nice\"} 0\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"system\"} 0.5\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 1\n");
}

TEST(CpuTest, TakesAllModesAnewWhereIdleFallsByThreeSeconds) {
  HostTree host;
  host.WriteProc("stat", "cpu0 100 0 0 1000\ncpu1 100 0 0 1000\n");
  CollectorHarness cpu("cpu", host);
  cpu.Run();
  host.WriteProc("stat", "cpu0 1 2 3 700\ncpu1 1 2 3 900\n");
  EXPECT_EQ(cpu.Run(),
            "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 7\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"nice\"} 0.02\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"system\"} 0.03\n"
            "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 0.01\n"
            "node_cpu_seconds_total{cpu=\"1\",mode=\"idle\"} 10\n"
            "node_cpu_seconds_total{cpu=\"1\",mode=\"nice\"} 0.02\n"
            "node_cpu_seconds_total{cpu=\"1\",mode=\"system\"} 0.03\n"
            "node_cpu_seconds_total{cpu=\"1\",mode=\"user\"} 1\n");
}

TEST(CpuTest, ForgetsACpuThatLeftAndTakesItAnewWhenItReturns) {
  HostTree host;
  host.WriteProc("stat", "cpu0 1 0 0 0\ncpu1 100 0 0 100\ncpu2 5 0 0 0\n");
  CollectorHarness cpu("cpu", host, {{"collector.cpu.guest", "false"}});
  cpu.Run();
  host.WriteProc("stat", "cpu0 2 0 0 0\ncpu2 6 0 0 0\n");
  const std::string without = cpu.Run();
  EXPECT_THAT(without, Not(HasSubstr("cpu=\"1\"")));
  EXPECT_THAT(without, HasSubstr("{cpu=\"2\",mode=\"user\"} 0.06\n"));
  host.WriteProc("stat", "cpu0 2 0 0 0\ncpu1 50 0 0 50\ncpu2 4 0 0 0\n");
  const std::string back = cpu.Run();
  EXPECT_THAT(back, HasSubstr("{cpu=\"1\",mode=\"user\"} 0.5\n"));
  EXPECT_THAT(back, HasSubstr("{cpu=\"2\",mode=\"user\"} 0.06\n")) << "this one was never away";
}

TEST(CpuTest, ExposesNoTimesWhereALineIsBad) {
  HostTree host;
  for (const char* bad :
       {"cpu1\n", "cpu1 1 2 x\n", "cpu1 1 18446744073709551616\n", "cpux 1 2\n"}) {
    host.WriteProc("stat", std::string("cpu0 1 2 3 4\n") + bad);
    CollectorHarness cpu("cpu", host);
    EXPECT_EQ(cpu.Run(), "");
    EXPECT_EQ(cpu.status().code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(cpu.status().message(), HasSubstr("in \"cpu"));
  }
  host.WriteProc("stat", "");
  CollectorHarness cpu("cpu", host);
  cpu.Run();
  EXPECT_EQ(cpu.status().code(), ErrorCode::kParse);
}

TEST(CpuTest, IsAbsentWithoutTheFile) {
  HostTree host;
  CollectorHarness cpu("cpu", host);
  EXPECT_EQ(cpu.Run(), "");
  EXPECT_EQ(cpu.status().code(), ErrorCode::kAbsent);
}

// Two packages of two cores; the first core has two CPUs.
class CpuSysfsTest : public testing::Test {
 protected:
  CpuSysfsTest() {
    host_.WriteProc("stat", "cpu0 1 2 3 4\n");
    host_.WriteSys("devices/system/cpu/online", "0-3\n");
    WriteCpu("0", "0", "0", "5", "30");
    WriteCpu("1", "0", "0", "999", "999");
    WriteCpu("2", "0", "1", "7", "999");
    WriteCpu("3", "1", "0", "9", "6");
    host_.WriteSys("devices/system/cpu/cpuidle/current_driver", "none\n");
  }
  void WriteCpu(const std::string& cpu, const std::string& package, const std::string& core,
                const std::string& core_count, const std::string& package_count) {
    const std::string directory = "devices/system/cpu/cpu" + cpu;
    host_.WriteSys(directory + "/topology/physical_package_id", package + "\n");
    host_.WriteSys(directory + "/topology/core_id", core + "\n");
    host_.WriteSys(directory + "/thermal_throttle/core_throttle_count", core_count + "\n");
    host_.WriteSys(directory + "/thermal_throttle/package_throttle_count", package_count + "\n");
  }

  HostTree host_;
  CollectorHarness cpu_{"cpu", host_};
};

TEST_F(CpuSysfsTest, CountsThrottlesOncePerCoreAndPackage) {
  const std::string samples = cpu_.Run();
  EXPECT_EQ(Only(samples, "node_cpu_core_throttles_total"),
            "node_cpu_core_throttles_total{core=\"0\",package=\"0\"} 5\n"
            "node_cpu_core_throttles_total{core=\"0\",package=\"1\"} 9\n"
            "node_cpu_core_throttles_total{core=\"1\",package=\"0\"} 7\n");
  EXPECT_EQ(Only(samples, "node_cpu_package_throttles_total"),
            "node_cpu_package_throttles_total{package=\"0\"} 30\n"
            "node_cpu_package_throttles_total{package=\"1\"} 6\n");
  EXPECT_EQ(cpu_.AllocationsOnceWarm(), 0U);
}

TEST_F(CpuSysfsTest, FollowsTheCounts) {
  cpu_.Run();
  host_.WriteSys("devices/system/cpu/cpu2/thermal_throttle/core_throttle_count", "8\n");
  EXPECT_THAT(cpu_.Run(), HasSubstr("{core=\"1\",package=\"0\"} 8\n"));
}

TEST_F(CpuSysfsTest, LooksAgainWhenTheSetOfOnlineCpusChanges) {
  cpu_.KeepDescriptors(0);
  cpu_.Run();
  host_.WriteSys("devices/system/cpu/online", "0-2\n");
  host_.Remove("sys/devices/system/cpu/cpu3/thermal_throttle");
  EXPECT_THAT(cpu_.Run(), Not(HasSubstr("package=\"1\"")));
  WriteCpu("3", "1", "4", "1", "2");
  host_.WriteSys("devices/system/cpu/online", "0-3\n");
  EXPECT_THAT(cpu_.Run(), HasSubstr("{core=\"4\",package=\"1\"} 1\n"));
}

TEST_F(CpuSysfsTest, SkipsACpuWithoutTopologyOrCounts) {
  host_.WriteSys("devices/system/cpu/cpu0/topology/physical_package_id", "-1\n");
  host_.Remove("sys/devices/system/cpu/cpu3/thermal_throttle/core_throttle_count");
  const std::string samples = cpu_.Run();
  EXPECT_THAT(samples, HasSubstr("{core=\"0\",package=\"0\"} 999\n")) << "of the core's other CPU";
  EXPECT_THAT(samples, Not(HasSubstr("{core=\"0\",package=\"1\"}")));
  EXPECT_THAT(samples, HasSubstr("node_cpu_package_throttles_total{package=\"1\"} 6\n"));
  EXPECT_EQ(cpu_.status(), Status());
}

TEST_F(CpuSysfsTest, NamesACountThatIsNoNumber) {
  host_.WriteSys("devices/system/cpu/cpu2/thermal_throttle/core_throttle_count", "many\n");
  EXPECT_THAT(cpu_.Run(), HasSubstr("node_cpu_seconds_total"));
  EXPECT_EQ(cpu_.status().code(), ErrorCode::kParse);
  EXPECT_THAT(cpu_.status().message(), HasSubstr("cpu2/thermal_throttle/core_throttle_count"));
}

TEST_F(CpuSysfsTest, TellsWhichCpusAreOnlineIfTheFirstCanBeAsked) {
  host_.WriteSys("devices/system/cpu/cpu1/online", "1\n");
  host_.WriteSys("devices/system/cpu/cpu2/online", "0\n");
  EXPECT_EQ(Only(cpu_.Run(), "node_cpu_online"), "");

  host_.WriteSys("devices/system/cpu/cpu0/online", "1\n");
  CollectorHarness cpu("cpu", host_);
  EXPECT_EQ(Only(cpu.Run(), "node_cpu_online"),
            "node_cpu_online{cpu=\"0\"} 1\n"
            "node_cpu_online{cpu=\"1\"} 1\n"
            "node_cpu_online{cpu=\"2\"} 0\n"
            "node_cpu_online{cpu=\"3\"} 0\n");
}

TEST_F(CpuSysfsTest, ReadsIsolatedCpusAtTheStartOnly) {
  host_.WriteSys("devices/system/cpu/isolated", "1,3-4\n");
  constexpr const char* kIsolated =
      "node_cpu_isolated{cpu=\"1\"} 1\n"
      "node_cpu_isolated{cpu=\"3\"} 1\n"
      "node_cpu_isolated{cpu=\"4\"} 1\n";
  EXPECT_EQ(Only(cpu_.Run(), "node_cpu_isolated"), kIsolated);
  host_.WriteSys("devices/system/cpu/isolated", "\n");
  EXPECT_EQ(Only(cpu_.Run(), "node_cpu_isolated"), kIsolated);
  EXPECT_EQ(Only(CollectorHarness("cpu", host_).Run(), "node_cpu_isolated"), "");
}

TEST_F(CpuSysfsTest, WarnsOfAListOfIsolatedCpusThatItDoesNotUnderstand) {
  host_.WriteSys("devices/system/cpu/isolated", "1,x\n");
  EXPECT_EQ(Only(cpu_.Run(), "node_cpu_isolated"), "");
  EXPECT_EQ(cpu_.status(), Status());
  EXPECT_THAT(cpu_.Log(), HasSubstr("level=WARN"));
}

class CpuInfoTest : public testing::Test {
 protected:
  CpuInfoTest() {
    host_.WriteProc("stat", "cpu0 1 2 3 4\n");
    host_.WriteSys("devices/system/cpu/online", "0-1\n");
    host_.WriteProc("cpuinfo",
                    "processor\t: 0\n"
                    "vendor_id\t: GenuineIntel\n"
                    "cpu family\t: 6\n"
                    "model\t\t: 142\n"
                    "model name\t: Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz\n"
                    "stepping\t: 10\n"
                    "microcode\t: 0xb4\n"
                    "cpu MHz\t\t: 799.998\n"
                    "cache size\t: 8192 KB\n"
                    "physical id\t: 0\n"
                    "core id\t\t: 2\n"
                    "flags\t\t: fpu vme aes avx avx2\n"
                    "bugs\t\t: cpu_meltdown spectre_v1\n"
                    "power management:\n"
                    "\n"
                    "processor\t: 1\n"
                    "vendor_id\t: GenuineIntel\n"
                    "cpu MHz\t\t: 1200.5\n"
                    "flags\t\t: other\n"
                    "bugs\t\t: other\n"
                    "\n");
  }

  HostTree host_;
};

constexpr const char* kInfo =
    "node_cpu_info{cachesize=\"8192 KB\",core=\"2\",cpu=\"0\",family=\"6\",microcode=\"0xb4\","
    "model=\"142\",model_name=\"Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz\",package=\"0\","
    "stepping=\"10\",vendor=\"GenuineIntel\"} 1\n";

TEST_F(CpuInfoTest, TellsTheIdentityOnlyIfAskedTo) {
  EXPECT_EQ(Only(CollectorHarness("cpu", host_).Run(), "node_cpu_info"), "");
  CollectorHarness cpu("cpu", host_, {{"collector.cpu.info", "true"}});
  const std::string samples = cpu.Run();
  EXPECT_THAT(samples, HasSubstr(kInfo));
  EXPECT_THAT(samples, HasSubstr("cpu=\"1\",family=\"\""));
  EXPECT_THAT(samples, Not(HasSubstr("flag_info")));
  EXPECT_THAT(samples, Not(HasSubstr("bug_info")));
  EXPECT_THAT(samples, Not(HasSubstr("node_cpu_frequency_hertz"))) << "cpufreq is off";
  EXPECT_EQ(cpu.AllocationsOnceWarm(), 0U);
}

TEST_F(CpuInfoTest, APatternTurnsItOnAndPicksFlagsOfTheFirstCpu) {
  CollectorHarness cpu("cpu", host_, {{"collector.cpu.info.flags-include", "^(aes|avx.?)$"}});
  const std::string samples = cpu.Run();
  EXPECT_THAT(samples, HasSubstr(kInfo));
  EXPECT_EQ(Only(samples, "node_cpu_flag_info"),
            "node_cpu_flag_info{flag=\"aes\"} 1\n"
            "node_cpu_flag_info{flag=\"avx\"} 1\n"
            "node_cpu_flag_info{flag=\"avx2\"} 1\n");
  EXPECT_EQ(Only(samples, "node_cpu_bug_info"), "");

  CollectorHarness bugs("cpu", host_, {{"collector.cpu.info.bugs-include", "cpu_.*|other"}});
  EXPECT_EQ(Only(bugs.Run(), "node_cpu_bug_info"), "node_cpu_bug_info{bug=\"cpu_meltdown\"} 1\n");
}

TEST_F(CpuInfoTest, TellsFrequenciesOnlyWhereCpufreqIsOnAndHasNone) {
  const std::string file = "devices/system/cpu/cpu0/cpufreq/cpuinfo_cur_freq";
  const auto run = [&] {
    CollectorHarness cpu("cpu", host_, {{"collector.cpu.info", "true"}});
    cpu.Enable({"cpu", "cpufreq"});
    return Only(cpu.Run(), "node_cpu_frequency_hertz");
  };
  EXPECT_EQ(run(),
            "node_cpu_frequency_hertz{core=\"\",cpu=\"1\",package=\"\"} 1200500000\n"
            "node_cpu_frequency_hertz{core=\"2\",cpu=\"0\",package=\"0\"} 799998000\n");
  host_.WriteSys(file, "1600000\n");
  EXPECT_EQ(run(), "");
}

TEST_F(CpuInfoTest, KnowsTheFileOfArm) {
  host_.WriteProc("cpuinfo",
                  "processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd crc32\n"
                  "CPU implementer\t: 0x41\n\n");
  CollectorHarness cpu("cpu", host_, {{"collector.cpu.info.flags-include", "crc"}});
  EXPECT_EQ(Only(cpu.Run(), "node_cpu_flag_info"), "node_cpu_flag_info{flag=\"crc32\"} 1\n");
}

TEST_F(CpuInfoTest, FailsOnAFileWithoutProcessors) {
  host_.WriteProc("cpuinfo", "vendor_id : x\n");
  CollectorHarness cpu("cpu", host_, {{"collector.cpu.info", "true"}});
  cpu.Run();
  EXPECT_EQ(cpu.status().code(), ErrorCode::kParse);
}

}  // namespace
}  // namespace hostpulse
