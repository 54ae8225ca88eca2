#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <string_view>

#include "core/unique_fd.h"
#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

class HwmonTest : public testing::Test {
 protected:
  // A chip of a platform device, as modern drivers make it.
  void AddChip(const std::string& hwmon, const std::string& device, const std::string& name) {
    const std::string path = "devices/platform/" + device + "/hwmon/" + hwmon;
    host_.WriteSys(path + "/name", name + "\n");
    host_.WriteSys(path + "/power/control", "auto\n");
    host_.LinkSys(path + "/device", "../../../" + device);
    host_.LinkSys("class/hwmon/" + hwmon, "../../" + path);
  }
  void Write(const std::string& hwmon, const std::string& file, const std::string& content) {
    host_.WriteSys("class/hwmon/" + hwmon + "/" + file, content);
  }
  // A file of the chip that has the value "1", or another.
  void Write(const std::string& file, const std::string& content = "1\n") {
    Write("hwmon0", file, content);
  }

  HostTree host_;
};

TEST_F(HwmonTest, ReportsTemperaturesWithTheirLabels) {
  AddChip("hwmon0", "coretemp.0", "coretemp");
  Write("temp1_label", "Physical id 0\n");
  Write("temp1_input", "55000\n");
  Write("temp1_max", "84000\n");
  Write("temp1_crit", "100000\n");
  Write("temp1_crit_alarm", "1\n");
  Write("temp2_input", "-4250\n");
  Write("temp2_type", "3\n");
  Write("temp2_fault", "0\n");
  Write("temp10_input", "1\n");
  CollectorHarness hwmon("hwmon", host_);
  EXPECT_EQ(
      hwmon.Run(),
      "node_hwmon_chip_names{chip=\"platform_coretemp_0\",chip_name=\"coretemp\"} 1\n"
      "node_hwmon_sensor_label{chip=\"platform_coretemp_0\",label=\"Physical id 0\","
      "sensor=\"temp1\"} 1\n"
      "node_hwmon_temp_celsius{chip=\"platform_coretemp_0\",sensor=\"temp1\"} 55\n"
      "node_hwmon_temp_celsius{chip=\"platform_coretemp_0\",sensor=\"temp10\"} 0.001\n"
      "node_hwmon_temp_celsius{chip=\"platform_coretemp_0\",sensor=\"temp2\"} -4.25\n"
      "node_hwmon_temp_crit_alarm_celsius{chip=\"platform_coretemp_0\",sensor=\"temp1\"} 0.001\n"
      "node_hwmon_temp_crit_celsius{chip=\"platform_coretemp_0\",sensor=\"temp1\"} 100\n"
      "node_hwmon_temp_fault{chip=\"platform_coretemp_0\",sensor=\"temp2\"} 0\n"
      "node_hwmon_temp_max_celsius{chip=\"platform_coretemp_0\",sensor=\"temp1\"} 84\n"
      "node_hwmon_temp_type{chip=\"platform_coretemp_0\",sensor=\"temp2\"} 3\n");
  EXPECT_EQ(hwmon.status(), Status());
}

struct FileOfSuperIo {
  const char* file;
  const char* content;
  const char* metric;
  const char* sensor;
  const char* value;
};

// One file for every row of the collector that the test above leaves, as nct6775, it87, acpi_power
// and others have them.
constexpr FileOfSuperIo kSuperIo[] = {
    {"beep_enable", "1", "beep_enabled", "beep_enable0", "1"},
    {"cpu0_input", "1350", "cpu_volts", "cpu0", "1.35"},
    {"curr1_input", "2345", "curr_amps", "curr1", "2.345"},
    {"curr1_max", "9000", "curr_max_amps", "curr1", "9"},
    {"energy1_input", "118821284256", "energy_joule_total", "energy1", "118821.284256"},
    {"fan1_alarm", "1", "fan_alarm", "fan1", "1"},
    {"fan1_beep", "1", "fan_beep_enabled", "fan1", "1"},
    {"fan1_input", "1098", "fan_rpm", "fan1", "1098"},
    {"fan1_manual", "0", "fan_manual", "fan1", "0"},
    {"fan1_max", "6200", "fan_max_rpm", "fan1", "6200"},
    {"fan1_min", "600", "fan_min_rpm", "fan1", "600"},
    {"fan1_output", "1250", "fan_output", "fan1", "1250"},
    {"fan1_pulses", "2", "fan_pulses", "fan1", "2"},
    {"fan1_target", "1200", "fan_target_rpm", "fan1", "1200"},
    {"fan1_tolerance", "7", "fan_tolerance", "fan1", "7"},
    {"humidity1_input", "45123", "humidity", "humidity1", "0.045123"},
    {"in0_alarm", "1", "in_alarm", "in0", "1"},
    {"in0_beep", "1", "in_beep_enabled", "in0", "1"},
    {"in0_input", "792", "in_volts", "in0", "0.792"},
    {"in0_max", "1744", "in_max_volts", "in0", "1.744"},
    {"in0_min", "8", "in_min_volts", "in0", "0.008"},
    {"intrusion0_alarm", "1", "intrusion_alarm", "intrusion0", "1"},
    {"intrusion0_beep", "1", "intrusion_beep_enabled", "intrusion0", "1"},
    {"power1_accuracy", "950000", "power_accuracy", "power1", "0.95"},
    {"power1_average_interval", "2000", "power_average_interval_seconds", "power1", "2"},
    {"power1_average_interval_max", "60000", "power_average_interval_max_seconds", "power1", "60"},
    {"power1_cap", "125000000", "power_cap_watt", "power1", "125"},
    {"power1_input", "5330000", "power_watt", "power1", "5.33"},
    {"pwm1", "153", "pwm", "pwm1", "153"},
    {"pwm1_auto_point1_pwm", "154", "pwm_auto_point1_pwm", "pwm1", "154"},
    {"pwm1_auto_point1_temp", "30000", "pwm_auto_point1_temp", "pwm1", "30000"},
    {"pwm1_auto_point2_pwm", "255", "pwm_auto_point2_pwm", "pwm1", "255"},
    {"pwm1_auto_point2_temp", "70000", "pwm_auto_point2_temp", "pwm1", "70000"},
    {"pwm1_auto_point3_pwm", "251", "pwm_auto_point3_pwm", "pwm1", "251"},
    {"pwm1_auto_point3_temp", "70001", "pwm_auto_point3_temp", "pwm1", "70001"},
    {"pwm1_auto_point4_pwm", "252", "pwm_auto_point4_pwm", "pwm1", "252"},
    {"pwm1_auto_point4_temp", "70002", "pwm_auto_point4_temp", "pwm1", "70002"},
    {"pwm1_auto_point5_pwm", "253", "pwm_auto_point5_pwm", "pwm1", "253"},
    {"pwm1_auto_point5_temp", "75000", "pwm_auto_point5_temp", "pwm1", "75000"},
    {"pwm1_crit_temp_tolerance", "2000", "pwm_crit_temp_tolerance", "pwm1", "2000"},
    {"pwm1_enable", "5", "pwm_enable", "pwm1", "5"},
    {"pwm1_floor", "1", "pwm_floor", "pwm1", "1"},
    {"pwm1_mode", "0", "pwm_mode", "pwm1", "0"},
    {"pwm1_start", "4", "pwm_start", "pwm1", "4"},
    {"pwm1_step_down_time", "100", "pwm_step_down_time", "pwm1", "100"},
    {"pwm1_step_up_time", "101", "pwm_step_up_time", "pwm1", "101"},
    {"pwm1_stop_time", "6000", "pwm_stop_time", "pwm1", "6000"},
    {"pwm1_target_temp", "60000", "pwm_target_temp", "pwm1", "60000"},
    {"pwm1_temp_sel", "7", "pwm_temp_sel", "pwm1", "7"},
    {"pwm1_temp_tolerance", "3", "pwm_temp_tolerance", "pwm1", "3"},
    {"pwm1_weight_duty_base", "8", "pwm_weight_duty_base", "pwm1", "8"},
    {"pwm1_weight_duty_step", "9", "pwm_weight_duty_step", "pwm1", "9"},
    {"pwm1_weight_temp_sel", "10", "pwm_weight_temp_sel", "pwm1", "10"},
    {"pwm1_weight_temp_step", "11", "pwm_weight_temp_step", "pwm1", "11"},
    {"pwm1_weight_temp_step_base", "12", "pwm_weight_temp_step_base", "pwm1", "12"},
    {"pwm1_weight_temp_step_tol", "13", "pwm_weight_temp_step_tol", "pwm1", "13"},
    {"temp1_alarm", "1", "temp_alarm", "temp1", "1"},
    {"temp1_beep", "1", "temp_beep_enabled", "temp1", "1"},
    {"update_interval", "2000", "update_interval_seconds", "update_interval0", "2"},
    {"vrm", "100", "voltage_regulator_version", "vrm0", "100"},
};

TEST_F(HwmonTest, ReportsEveryFileOfASuperIo) {
  AddChip("hwmon0", "nct6775.656", "nct6779");
  for (const FileOfSuperIo& file : kSuperIo) Write(file.file, std::string(file.content) + "\n");
  CollectorHarness hwmon("hwmon", host_);
  std::string samples = hwmon.Run();
  for (const FileOfSuperIo& file : kSuperIo) {
    const std::string sample = std::string("node_hwmon_") + file.metric +
                               "{chip=\"platform_nct6775_656\",sensor=\"" + file.sensor + "\"} " +
                               file.value + "\n";
    const std::size_t at = samples.find(sample);
    EXPECT_NE(at, samples.npos) << sample;
    if (at != samples.npos) samples.erase(at, sample.size());
  }
  EXPECT_EQ(samples,
            "node_hwmon_chip_names{chip=\"platform_nct6775_656\",chip_name=\"nct6779\"} 1\n");
  EXPECT_EQ(hwmon.AllocationsOnceWarm(), 0U);
}

TEST_F(HwmonTest, CallsAFrequencyByItsLabelAndLeavesOutOneWithout) {
  AddChip("hwmon0", "gpu", "amdgpu");
  Write("freq1_input", "214000000\n");
  Write("freq1_label", "SClk \n");
  Write("freq2_input", "300000000\n");
  CollectorHarness hwmon("hwmon", host_);
  const std::string samples = hwmon.Run();
  EXPECT_THAT(samples,
              HasSubstr("node_hwmon_freq_freq_mhz{chip=\"platform_gpu\",sensor=\"sclk\"} 214\n"));
  EXPECT_THAT(samples, HasSubstr("label=\"SClk \",sensor=\"freq1\""));
  EXPECT_THAT(samples, Not(HasSubstr(" 300\n")));
}

TEST_F(HwmonTest, NamesTheInputWhereASensorHasABareFileToo) {
  AddChip("hwmon0", "odd", "odd");
  Write("temp1", "10000\n");
  Write("temp1_input", "20000\n");
  CollectorHarness hwmon("hwmon", host_);
  const std::string samples = hwmon.Run();
  EXPECT_THAT(samples, HasSubstr("node_hwmon_temp_celsius{chip=\"platform_odd\",sensor=\"temp1\"} "
                                 "10\n"));
  EXPECT_THAT(samples, HasSubstr("node_hwmon_temp_input_celsius{chip=\"platform_odd\","
                                 "sensor=\"temp1\"} 20\n"));
}

TEST_F(HwmonTest, ReadsTheFilesOfTheDeviceAsWellAndPrefersThem) {
  AddChip("hwmon0", "w83627hf.656", "w83627hf");
  Write("fan1_input", "1000\n");
  host_.WriteSys("devices/platform/w83627hf.656/fan1_input", "2000\n");
  host_.WriteSys("devices/platform/w83627hf.656/fan2_input", "3000\n");
  CollectorHarness hwmon("hwmon", host_);
  EXPECT_THAT(hwmon.Run(),
              HasSubstr("node_hwmon_fan_rpm{chip=\"platform_w83627hf_656\",sensor=\"fan1\"} 2000\n"
                        "node_hwmon_fan_rpm{chip=\"platform_w83627hf_656\",sensor=\"fan2\"} "
                        "3000\n"));
}

TEST_F(HwmonTest, CallsChipsByTheDriverOrTheDirectoryWhereThereIsNoDevice) {
  host_.WriteSys("class/hwmon/hwmon0/name", "acpitz\n");
  Write("hwmon0", "temp1_input", "1000\n");
  Write("hwmon1", "temp1_input", "2000\n");
  CollectorHarness hwmon("hwmon", host_);
  EXPECT_EQ(hwmon.Run(),
            "node_hwmon_chip_names{chip=\"acpitz\",chip_name=\"acpitz\"} 1\n"
            "node_hwmon_temp_celsius{chip=\"acpitz\",sensor=\"temp1\"} 1\n"
            "node_hwmon_temp_celsius{chip=\"hwmon1\",sensor=\"temp1\"} 2\n");
}

TEST_F(HwmonTest, ReportsTheFirstOfTwoChipsOfOneDevice) {
  AddChip("hwmon0", "twin", "left");
  AddChip("hwmon1", "twin", "right");
  Write("hwmon0", "temp1_input", "1000\n");
  Write("hwmon1", "temp1_input", "2000\n");
  CollectorHarness hwmon("hwmon", host_);
  EXPECT_EQ(hwmon.Run(),
            "node_hwmon_chip_names{chip=\"platform_twin\",chip_name=\"left\"} 1\n"
            "node_hwmon_chip_names{chip=\"platform_twin\",chip_name=\"right\"} 1\n"
            "node_hwmon_temp_celsius{chip=\"platform_twin\",sensor=\"temp1\"} 1\n");
  EXPECT_EQ(hwmon.duplicates(), 1U);
}

TEST_F(HwmonTest, ReplacesBytesOfALabelThatAreNotUtf8) {
  AddChip("hwmon0", "odd", "o\xffx");
  Write("temp1_label", "CPU\xb0\n");
  CollectorHarness hwmon("hwmon", host_);
  EXPECT_EQ(hwmon.Run(),
            "node_hwmon_chip_names{chip=\"platform_odd\",chip_name=\"o_x\"} 1\n"
            "node_hwmon_sensor_label{chip=\"platform_odd\",label=\"CPU\xef\xbf\xbd\","
            "sensor=\"temp1\"} 1\n");
}

TEST_F(HwmonTest, SkipsValuesThatAreNoNumbers) {
  AddChip("hwmon0", "odd", "odd");
  Write("temp1_input", "N/A\n");
  Write("temp2_input", "\n");
  Write("temp3_input", "");
  Write("temp4_input", "12000 C\n");
  Write("vrm", "none\n");
  Write("update_interval", "\n");
  Write("fan1_input", "900\n");
  CollectorHarness hwmon("hwmon", host_);
  EXPECT_EQ(hwmon.Run(),
            "node_hwmon_chip_names{chip=\"platform_odd\",chip_name=\"odd\"} 1\n"
            "node_hwmon_fan_rpm{chip=\"platform_odd\",sensor=\"fan1\"} 900\n");
  EXPECT_EQ(hwmon.status(), Status());
}

TEST_F(HwmonTest, SkipsFilesThatHaveNoValueForNow) {
  AddChip("hwmon0", "odd", "odd");
  Write("fan1_input", "900\n");
  // What is open for writing and empty is EAGAIN to its readers; memory at address 0 is EIO.
  const std::string path = host_.Path("sys/class/hwmon/hwmon0/temp1_input");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const UniqueFd writer(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_TRUE(writer);
  host_.LinkSys("devices/platform/odd/hwmon/hwmon0/temp2_input", "/proc/self/mem");
  CollectorHarness hwmon("hwmon", host_);
  EXPECT_EQ(hwmon.Run(),
            "node_hwmon_chip_names{chip=\"platform_odd\",chip_name=\"odd\"} 1\n"
            "node_hwmon_fan_rpm{chip=\"platform_odd\",sensor=\"fan1\"} 900\n");
  EXPECT_EQ(hwmon.status(), Status());
  EXPECT_EQ(hwmon.AllocationsOnceWarm(), 0U);
}

TEST_F(HwmonTest, FollowsValuesAndSensorsThatComeAndGo) {
  AddChip("hwmon0", "nvme0", "nvme");
  Write("temp1_input", "1000\n");
  CollectorHarness hwmon("hwmon", host_);
  hwmon.KeepDescriptors(0);
  EXPECT_THAT(hwmon.Run(), HasSubstr("sensor=\"temp1\"} 1\n"));
  Write("temp1_input", "2000\n");
  Write("temp2_input", "3000\n");
  EXPECT_THAT(hwmon.Run(), HasSubstr("sensor=\"temp1\"} 2\n"));
  EXPECT_THAT(hwmon.Run(), HasSubstr("sensor=\"temp2\"} 3\n"));
  host_.Remove("sys/devices/platform/nvme0/hwmon/hwmon0/temp1_input");
  EXPECT_THAT(hwmon.Run(), Not(HasSubstr("temp1")));
}

TEST_F(HwmonTest, SkipsAChipThatLeftAfterItWasListed) {
  AddChip("hwmon0", "gone", "gone");
  AddChip("hwmon1", "stays", "stays");
  Write("hwmon1", "fan1_input", "7\n");
  host_.Remove("sys/devices/platform/gone");
  CollectorHarness hwmon("hwmon", host_);
  EXPECT_EQ(hwmon.Run(),
            "node_hwmon_chip_names{chip=\"platform_stays\",chip_name=\"stays\"} 1\n"
            "node_hwmon_fan_rpm{chip=\"platform_stays\",sensor=\"fan1\"} 7\n");
  EXPECT_EQ(hwmon.status(), Status());
}

TEST_F(HwmonTest, SeesThatANumberHasBecomeAnotherChip) {
  AddChip("hwmon0", "one", "one");
  Write("fan1_input", "1\n");
  CollectorHarness hwmon("hwmon", host_);
  EXPECT_THAT(hwmon.Run(), HasSubstr("fan_rpm{chip=\"platform_one\",sensor=\"fan1\"} 1\n"));
  host_.Remove("sys/class/hwmon/hwmon0");
  AddChip("hwmon0", "two", "two");
  Write("fan1_input", "2\n");
  EXPECT_EQ(hwmon.Run(),
            "node_hwmon_chip_names{chip=\"platform_two\",chip_name=\"two\"} 1\n"
            "node_hwmon_fan_rpm{chip=\"platform_two\",sensor=\"fan1\"} 2\n");
}

class HwmonFilterTest : public HwmonTest {
 protected:
  HwmonFilterTest() {
    AddChip("hwmon0", "one", "one");
    AddChip("hwmon1", "two", "two");
    for (const char* hwmon : {"hwmon0", "hwmon1"}) {
      Write(hwmon, "fan1_input", "1\n");
      Write(hwmon, "fan2_input", "2\n");
    }
  }
  // The fans that are left, as "one1 two2".
  std::string FansWith(CollectorHarness::Flags flags) {
    CollectorHarness hwmon("hwmon", host_, flags);
    const std::string samples = hwmon.Run();
    std::string fans;
    for (const std::string chip : {"one", "two"}) {
      for (const std::string fan : {"1", "2"}) {
        const std::string labels = "fan_rpm{chip=\"platform_" + chip + "\",sensor=\"fan" + fan;
        if (samples.find(labels) != samples.npos) fans += (fans.empty() ? "" : " ") + chip + fan;
      }
    }
    return fans;
  }
};

TEST_F(HwmonFilterTest, ReportsEverythingWithoutFilters) {
  EXPECT_EQ(FansWith({}), "one1 one2 two1 two2");
}

TEST_F(HwmonFilterTest, ReportsOrLeavesOutChips) {
  EXPECT_EQ(FansWith({{"collector.hwmon.chip-include", "_one$"}}), "one1 one2");
  EXPECT_EQ(FansWith({{"collector.hwmon.chip-exclude", "^platform_one$"}}), "two1 two2");
  EXPECT_EQ(FansWith({{"collector.hwmon.chip-include", "platform"},
                      {"collector.hwmon.chip-exclude", "two"}}),
            "one1 one2");
}

TEST_F(HwmonFilterTest, ReportsOrLeavesOutSensorsByChipAndSensor) {
  EXPECT_EQ(FansWith({{"collector.hwmon.sensor-include", "^platform_one;fan2$"}}), "one2");
  EXPECT_EQ(FansWith({{"collector.hwmon.sensor-exclude", "^platform_one;fan2$"}}),
            "one1 two1 two2");
  EXPECT_EQ(FansWith({{"collector.hwmon.sensor-exclude", ";fan1$"}}), "one2 two2");
}

TEST_F(HwmonFilterTest, KeepsTheNameOfAChipWhoseSensorsAreLeftOut) {
  CollectorHarness hwmon(
      "hwmon", host_,
      {{"collector.hwmon.chip-exclude", "two"}, {"collector.hwmon.sensor-exclude", "."}});
  EXPECT_EQ(hwmon.Run(), "node_hwmon_chip_names{chip=\"platform_one\",chip_name=\"one\"} 1\n");
}

TEST_F(HwmonTest, ReportsAlarmsAsTheyAreWithFixedScales) {
  AddChip("hwmon0", "odd", "odd");
  Write("temp1_crit_alarm", "1\n");
  CollectorHarness hwmon("hwmon", host_);
  collectors::FlagValues flags = FlagsWith({});
  flags.Set("hostpulse.fixed-scales", {"true"});
  hwmon.MakeWith([&flags](const collectors::CollectorContext& context) {
    return collectors::FindCollector("hwmon")->make(
        {context.paths, flags, context.descriptors, context.clock, context.log, context.enabled});
  });
  EXPECT_THAT(hwmon.Run(), HasSubstr("node_hwmon_temp_crit_alarm_celsius{chip=\"platform_odd\","
                                     "sensor=\"temp1\"} 1\n"));
}

TEST_F(HwmonTest, IsAbsentWithoutTheDirectoryAndFineWithAnEmptyOne) {
  CollectorHarness hwmon("hwmon", host_);
  EXPECT_EQ(hwmon.Run(), "");
  EXPECT_EQ(hwmon.status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(hwmon.status().message(), HasSubstr("class/hwmon"));
  AddChip("hwmon0", "one", "one");
  host_.Remove("sys/class/hwmon/hwmon0");
  EXPECT_EQ(hwmon.Run(), "");
  EXPECT_EQ(hwmon.status(), Status());
}

}  // namespace
}  // namespace hostpulse
