#include "collectors/hwmon_names.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/host_tree.h"

namespace hostpulse::collectors {
namespace {

// The name as sensor and property, or "-" where it is no sensor's.
std::string Parse(std::string_view file) {
  const auto name = ParseHwmonFileName(file);
  return name ? name->Sensor() + "/" + std::string(name->property) : "-";
}

TEST(HwmonFileNameTest, TakesSensorAndPropertyApart) {
  EXPECT_EQ(Parse("temp1_input"), "temp1/input");
  EXPECT_EQ(Parse("temp12_max_hyst"), "temp12/max_hyst");
  EXPECT_EQ(Parse("pwm2_auto_point1_temp"), "pwm2/auto_point1_temp");
  EXPECT_EQ(Parse("pwm2"), "pwm2/");
  EXPECT_EQ(Parse("in0_input"), "in0/input");
}

TEST(HwmonFileNameTest, NumbersTheSettingsOfTheChipZero) {
  EXPECT_EQ(Parse("beep_enable"), "beep_enable0/");
  EXPECT_EQ(Parse("update_interval"), "update_interval0/");
  EXPECT_EQ(Parse("vrm"), "vrm0/");
}

TEST(HwmonFileNameTest, ReadsNumbersAsNumbers) {
  EXPECT_EQ(Parse("temp007_input"), "temp7/input");
  EXPECT_EQ(Parse("temp99999999999_input"), "-");
}

TEST(HwmonFileNameTest, PassesOverWhatBelongsToNoSensor) {
  for (const char* file : {"name", "uevent", "device", "subsystem", "", "1_input", "temp1x",
                           "temp1_", "temp_input", "tempo1_input", "Temp1_input", "alarms"}) {
    EXPECT_EQ(Parse(file), "-") << file;
  }
}

std::string Clean(std::string_view text) {
  std::string name = "left over";
  AssignHwmonName(text, name);
  return name;
}

TEST(HwmonNameTest, HasSmallLettersDigitsColonsAndUnderscores) {
  EXPECT_EQ(Clean("NCT6775.656"), "nct6775_656");
  EXPECT_EQ(Clean("0000:00:1f.3"), "0000:00:1f_3");
  EXPECT_EQ(Clean("a  b_c"), "a__b_c");
}

TEST(HwmonNameTest, HasNoUnderscoresAtItsEnds) {
  EXPECT_EQ(Clean("_coretemp\n"), "coretemp");
  EXPECT_EQ(Clean("..."), "");
  EXPECT_EQ(Clean(""), "");
}

TEST(HwmonNameTest, HasOneUnderscoreForEachCharacterOrByteThatIsNone) {
  EXPECT_EQ(Clean("a\xc3\xa9z"), "a_z");
  EXPECT_EQ(Clean("a\xe2\x82z"), "a__z");
}

TEST(HwmonChipNameTest, IsThatOfTheDeviceAndItsParent) {
  HostTree host;
  host.WriteSys("devices/platform/coretemp.0/hwmon/hwmon3/name", "coretemp\n");
  host.LinkSys("devices/platform/coretemp.0/hwmon/hwmon3/device", "../../../coretemp.0");
  const std::string path = host.paths().Sys("devices/platform/coretemp.0/hwmon/hwmon3");
  EXPECT_EQ(HwmonChipName(path, "coretemp\n"), "platform_coretemp_0");
}

TEST(HwmonChipNameTest, IsThatOfTheDeviceAloneUnderAParentWithoutAName) {
  HostTree host;
  host.WriteSys("hwmon0/name", "it87\n");
  host.WriteSys("--/it87.656/uevent", "");
  host.LinkSys("hwmon0/device", "../--/it87.656");
  EXPECT_EQ(HwmonChipName(host.paths().Sys("hwmon0"), "it87\n"), "it87_656");
}

TEST(HwmonChipNameTest, IsTheDriversWithoutADevice) {
  HostTree host;
  host.WriteSys("hwmon0/name", "acpitz\n");
  EXPECT_EQ(HwmonChipName(host.paths().Sys("hwmon0"), "Acpi.tz\n"), "acpi_tz");
}

TEST(HwmonChipNameTest, IsThatOfTheDirectoryWithoutAnything) {
  HostTree host;
  host.WriteSys("devices/virtual/hwmon/hwmon7/uevent", "");
  host.LinkSys("class/hwmon/hwmon0", "../../devices/virtual/hwmon/hwmon7");
  EXPECT_EQ(HwmonChipName(host.paths().Sys("class/hwmon/hwmon0"), "--\n"), "hwmon7");
}

TEST(HwmonChipNameTest, IsEmptyForAChipThatHasLeft) {
  HostTree host;
  EXPECT_EQ(HwmonChipName(host.paths().Sys("class/hwmon/hwmon0"), ""), "");
}

}  // namespace
}  // namespace hostpulse::collectors
