#include "collectors/hwmon_metrics.h"

#include <gtest/gtest.h>

#include <string>

namespace hostpulse::collectors {
namespace {

HwmonMetric MetricOf(std::string_view file, bool beside_bare = false, bool fixed_scales = false) {
  const auto name = ParseHwmonFileName(file);
  if (!name) {
    ADD_FAILURE() << file << " is no sensor's";
    return {};
  }
  return MakeHwmonMetric(*name, beside_bare, fixed_scales);
}

// The metric of a file and what it makes of a 1, without the common beginning of the names.
std::string Describe(const HwmonMetric& metric) {
  constexpr std::string_view kPrefix = "node_hwmon_";
  if (metric.name.empty()) return "-";
  EXPECT_TRUE(metric.name.starts_with(kPrefix));
  std::string text = metric.name.substr(kPrefix.size());
  const double one = metric.ValueOf("1").value_or(0);
  return text + (one == 1 ? " 1" : one == 0.001 ? " 0.001" : one == 1e-6 ? " 1e-06" : " ?");
}

std::string Describe(std::string_view file) {
  return Describe(MetricOf(file));
}

TEST(HwmonMetricTest, HasUnitAndScaleOfItsType) {
  EXPECT_EQ(Describe("in3_input"), "in_volts 0.001");
  EXPECT_EQ(Describe("in3_lcrit"), "in_lcrit_volts 0.001");
  EXPECT_EQ(Describe("cpu0_input"), "cpu_volts 0.001");
  EXPECT_EQ(Describe("temp1_input"), "temp_celsius 0.001");
  EXPECT_EQ(Describe("temp1_max_hyst"), "temp_max_hyst_celsius 0.001");
  EXPECT_EQ(Describe("temp1"), "temp_celsius 0.001");
  EXPECT_EQ(Describe("curr1_input"), "curr_amps 0.001");
  EXPECT_EQ(Describe("curr1_crit"), "curr_crit_amps 0.001");
  EXPECT_EQ(Describe("energy1_input"), "energy_joule_total 1e-06");
  EXPECT_EQ(Describe("energy1_used"), "energy_used_joule_total 1e-06");
  EXPECT_EQ(Describe("humidity1_input"), "humidity 1e-06");
  EXPECT_EQ(Describe("humidity1_max"), "humidity_max 1e-06");
}

TEST(HwmonMetricTest, TellsPowersFromTheTimesAndTheAccuracyOfTheirMeter) {
  EXPECT_EQ(Describe("power1_input"), "power_watt 1e-06");
  EXPECT_EQ(Describe("power1_average"), "power_average_watt 1e-06");
  EXPECT_EQ(Describe("power1_cap_hyst"), "power_cap_hyst_watt 1e-06");
  EXPECT_EQ(Describe("power1_accuracy"), "power_accuracy 1e-06");
  EXPECT_EQ(Describe("power1_average_interval"), "power_average_interval_seconds 0.001");
  EXPECT_EQ(Describe("power1_average_interval_min"), "power_average_interval_min_seconds 0.001");
  EXPECT_EQ(Describe("power1_average_interval_max"), "power_average_interval_max_seconds 0.001");
}

TEST(HwmonMetricTest, GivesFansTurnsOnlyWhereTheyAreTurns) {
  EXPECT_EQ(Describe("fan1_input"), "fan_rpm 1");
  EXPECT_EQ(Describe("fan1_min"), "fan_min_rpm 1");
  EXPECT_EQ(Describe("fan1_max"), "fan_max_rpm 1");
  EXPECT_EQ(Describe("fan1_target"), "fan_target_rpm 1");
  EXPECT_EQ(Describe("fan1_div"), "fan_div 1");
  EXPECT_EQ(Describe("fan1_pulses"), "fan_pulses 1");
}

TEST(HwmonMetricTest, LeavesFlagsAndKindsWithoutAUnit) {
  for (const std::string type : {"in", "fan", "temp", "curr", "power", "energy", "intrusion"}) {
    EXPECT_EQ(Describe(type + "1_alarm"), type + "_alarm 1");
    EXPECT_EQ(Describe(type + "1_fault"), type + "_fault 1");
    EXPECT_EQ(Describe(type + "1_beep"), type + "_beep_enabled 1");
  }
  EXPECT_EQ(Describe("temp1_type"), "temp_type 1");
}

TEST(HwmonMetricTest, ScalesTheAlarmsOfLimitsAsNodeExporterDoes) {
  EXPECT_EQ(Describe("temp1_crit_alarm"), "temp_crit_alarm_celsius 0.001");
  EXPECT_EQ(Describe("in1_min_alarm"), "in_min_alarm_volts 0.001");
  EXPECT_EQ(Describe("power1_cap_alarm"), "power_cap_alarm_watt 1e-06");
}

TEST(HwmonMetricTest, LeavesTheAlarmsOfLimitsAsTheyAreWithFixedScales) {
  EXPECT_EQ(Describe(MetricOf("temp1_crit_alarm", false, true)), "temp_crit_alarm_celsius 1");
  EXPECT_EQ(Describe(MetricOf("power1_cap_alarm", false, true)), "power_cap_alarm_watt 1");
  EXPECT_EQ(Describe(MetricOf("temp1_crit", false, true)), "temp_crit_celsius 0.001");
}

TEST(HwmonMetricTest, HasAHumidityOfWhichOneIsAllOnlyWithFixedScales) {
  EXPECT_EQ(MetricOf("humidity1_input").ValueOf("45000"), 0.045);
  EXPECT_EQ(MetricOf("humidity1_input", false, true).ValueOf("45000"), 0.45);
}

TEST(HwmonMetricTest, NamesTheRestAfterTheFile) {
  EXPECT_EQ(Describe("pwm1"), "pwm 1");
  EXPECT_EQ(Describe("pwm1_auto_point1_temp"), "pwm_auto_point1_temp 1");
  EXPECT_EQ(Describe("freq1_max"), "freq_max 1");
  EXPECT_EQ(Describe("fan1_Max-Speed"), "fan_max_speed 1");
}

TEST(HwmonMetricTest, KeepsTheBareNameForAFileWithoutAProperty) {
  EXPECT_EQ(Describe(MetricOf("temp1_input", true)), "temp_input_celsius 0.001");
  EXPECT_EQ(Describe(MetricOf("fan1_input", true)), "fan_input_rpm 1");
  EXPECT_EQ(Describe(MetricOf("temp1_max", true)), "temp_max_celsius 0.001");
}

TEST(HwmonMetricTest, CallsOnlyTheSensorOfAFrequencyByItsLabel) {
  EXPECT_EQ(Describe("freq1_input"), "freq_freq_mhz 1e-06");
  EXPECT_TRUE(MetricOf("freq1_input").is_called_by_label);
  EXPECT_FALSE(MetricOf("freq1_max").is_called_by_label);
  EXPECT_FALSE(MetricOf("fan1_input").is_called_by_label);
}

TEST(HwmonMetricTest, HasNamesOfTheirOwnForSettingsOfTheChip) {
  EXPECT_EQ(Describe("vrm"), "voltage_regulator_version 1");
  EXPECT_EQ(Describe("update_interval"), "update_interval_seconds 0.001");
  EXPECT_EQ(Describe("beep_enable"), "beep_enabled 1");
  EXPECT_EQ(Describe("vrm1_max"), "-");
}

TEST(HwmonMetricTest, TakesAnyOtherTextOfASwitchForOff) {
  EXPECT_EQ(MetricOf("beep_enable").ValueOf("0"), 0);
  EXPECT_EQ(MetricOf("beep_enable").ValueOf("on"), 0);
  EXPECT_EQ(MetricOf("beep_enable").ValueOf(""), 0);
}

TEST(HwmonMetricTest, HasNoValueForWhatIsNoNumber) {
  for (const char* text : {"", "N/A", "12 ", " 12", "1e999", "0x10", "12\n13"}) {
    EXPECT_EQ(MetricOf("fan1_input").ValueOf(text), std::nullopt) << text;
  }
  EXPECT_EQ(MetricOf("temp1_input").ValueOf("-12500"), -12.5);
}

TEST(HwmonMetricTest, IsNoneForALabel) {
  EXPECT_EQ(Describe("temp1_label"), "-");
}

TEST(HwmonMetricTest, HasTheRowThatFitsItBest) {
  const auto row = [](std::string_view file) { return MetricOf(file).desc->name; };
  EXPECT_EQ(row("temp1_input"), "node_hwmon_temp_celsius");
  EXPECT_EQ(row("temp1_emergency"), "node_hwmon_temp_<element>_celsius");
  EXPECT_EQ(row("temp1_alarm"), "node_hwmon_<type>_alarm");
  EXPECT_EQ(row("in1_alarm"), "node_hwmon_in_alarm");
  EXPECT_EQ(row("energy1_used"), "node_hwmon_energy_<element>_joule_total");
  EXPECT_EQ(row("fan1_div"), "node_hwmon_<type>_<element>");
}

TEST(HwmonMetricTest, CountsOnlyEnergy) {
  EXPECT_EQ(MetricOf("energy1_input").desc->type, kCounter);
  EXPECT_EQ(MetricOf("energy1_used").desc->type, kCounter);
  EXPECT_EQ(MetricOf("energy1_alarm").desc->type, kGauge);
  EXPECT_EQ(MetricOf("power1_input").desc->type, kGauge);
}

}  // namespace
}  // namespace hostpulse::collectors
