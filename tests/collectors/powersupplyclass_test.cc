#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "collectors/power_supply_attributes.h"
#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using collectors::kPowerSupplyNumbers;
using testing::HasSubstr;
using testing::Not;

class PowerSupplyTest : public testing::Test {
 protected:
  void Write(const std::string& supply, const std::string& file, const std::string& content) {
    host_.WriteSys("class/power_supply/" + supply + "/" + file, content + "\n");
  }

  HostTree host_;
};

TEST_F(PowerSupplyTest, ReportsABatteryAndAnAdapter) {
  Write("AC", "online", "0");
  Write("AC", "type", "Mains");
  Write("AC", "uevent", "POWER_SUPPLY_NAME=AC");
  Write("BAT0", "capacity", "81");
  Write("BAT0", "capacity_level", "Normal");
  Write("BAT0", "cycle_count", "0");
  Write("BAT0", "energy_full", "45070000");
  Write("BAT0", "energy_full_design", "47520000");
  Write("BAT0", "energy_now", "36580000");
  Write("BAT0", "manufacturer", "LGC");
  Write("BAT0", "model_name", "LNV-45N1\xff");
  Write("BAT0", "power_now", "4830000");
  Write("BAT0", "present", "1");
  Write("BAT0", "serial_number", "38109");
  Write("BAT0", "status", "Discharging");
  Write("BAT0", "technology", "Li-ion");
  Write("BAT0", "type", "Battery");
  Write("BAT0", "voltage_min_design", "10800000");
  Write("BAT0", "voltage_now", "12229000");
  CollectorHarness supplies("powersupplyclass", host_);
  EXPECT_EQ(supplies.Run(),
            "node_power_supply_capacity{power_supply=\"BAT0\"} 81\n"
            "node_power_supply_cyclecount{power_supply=\"BAT0\"} 0\n"
            "node_power_supply_energy_full{power_supply=\"BAT0\"} 45.07\n"
            "node_power_supply_energy_full_design{power_supply=\"BAT0\"} 47.52\n"
            "node_power_supply_energy_watthour{power_supply=\"BAT0\"} 36.58\n"
            "node_power_supply_info{power_supply=\"AC\",type=\"Mains\"} 1\n"
            "node_power_supply_info{capacity_level=\"Normal\",manufacturer=\"LGC\","
            "model_name=\"LNV-45N1\xef\xbf\xbd\",power_supply=\"BAT0\",serial_number=\"38109\","
            "status=\"Discharging\",technology=\"Li-ion\",type=\"Battery\"} 1\n"
            "node_power_supply_online{power_supply=\"AC\"} 0\n"
            "node_power_supply_power_watt{power_supply=\"BAT0\"} 4.83\n"
            "node_power_supply_present{power_supply=\"BAT0\"} 1\n"
            "node_power_supply_voltage_min_design{power_supply=\"BAT0\"} 10.8\n"
            "node_power_supply_voltage_volt{power_supply=\"BAT0\"} 12.229\n");
  EXPECT_EQ(supplies.status(), Status());
  EXPECT_EQ(supplies.AllocationsOnceWarm(), 0U);
}

struct Number {
  const char* file;
  const char* metric;
  const char* value;  // Of 12345000 in the file.
};

constexpr const char* kAsIs = "12345000";
constexpr const char* kMillionth = "12.345";
constexpr const char* kTenth = "1234500";

constexpr Number kNumbers[] = {
    {"authentic", "authentic", kAsIs},
    {"calibrate", "calibrate", kAsIs},
    {"capacity", "capacity", kAsIs},
    {"capacity_alert_max", "capacity_alert_max", kAsIs},
    {"capacity_alert_min", "capacity_alert_min", kAsIs},
    {"charge_control_limit", "charge_control_limit", kMillionth},
    {"charge_control_limit_max", "charge_control_limit_max", kMillionth},
    {"charge_counter", "charge_counter", kMillionth},
    {"charge_empty", "charge_empty", kMillionth},
    {"charge_empty_design", "charge_empty_design", kMillionth},
    {"charge_full", "charge_full", kMillionth},
    {"charge_full_design", "charge_full_design", kMillionth},
    {"charge_now", "charge_ampere", kMillionth},
    {"charge_term_current", "charge_term_current", kMillionth},
    {"constant_charge_current", "constant_charge_current", kMillionth},
    {"constant_charge_current_max", "constant_charge_current_max", kMillionth},
    {"constant_charge_voltage", "constant_charge_voltage", kMillionth},
    {"constant_charge_voltage_max", "constant_charge_voltage_max", kMillionth},
    {"current_boot", "current_boot", kMillionth},
    {"current_max", "current_max", kMillionth},
    {"current_now", "current_ampere", kMillionth},
    {"cycle_count", "cyclecount", kAsIs},
    {"energy_empty", "energy_empty", kMillionth},
    {"energy_empty_design", "energy_empty_design", kMillionth},
    {"energy_full", "energy_full", kMillionth},
    {"energy_full_design", "energy_full_design", kMillionth},
    {"energy_now", "energy_watthour", kMillionth},
    {"input_current_limit", "input_current_limit", kMillionth},
    {"online", "online", kAsIs},
    {"power_now", "power_watt", kMillionth},
    {"precharge_current", "precharge_current", kMillionth},
    {"present", "present", kAsIs},
    {"temp", "temp_celsius", kTenth},
    {"temp_alert_max", "temp_alert_max_celsius", kTenth},
    {"temp_alert_min", "temp_alert_min_celsius", kTenth},
    {"temp_ambient", "temp_ambient_celsius", kTenth},
    {"temp_ambient_max", "temp_ambient_max_celsius", kTenth},
    {"temp_ambient_min", "temp_ambient_min_celsius", kTenth},
    {"temp_max", "temp_max_celsius", kTenth},
    {"temp_min", "temp_min_celsius", kTenth},
    {"time_to_empty_now", "time_to_empty_seconds", kAsIs},
    {"time_to_full_now", "time_to_full_seconds", kAsIs},
    {"voltage_boot", "voltage_boot", kMillionth},
    {"voltage_max", "voltage_max", kMillionth},
    {"voltage_max_design", "voltage_max_design", kMillionth},
    {"voltage_min", "voltage_min", kMillionth},
    {"voltage_min_design", "voltage_min_design", kMillionth},
    {"voltage_now", "voltage_volt", kMillionth},
    {"voltage_ocv", "voltage_ocv", kMillionth},
};

TEST_F(PowerSupplyTest, ReportsEveryNumberInItsUnit) {
  ASSERT_EQ(std::size(kNumbers), kPowerSupplyNumbers.size());
  for (const Number& number : kNumbers) Write("BAT0", number.file, "12345000");
  CollectorHarness supplies("powersupplyclass", host_);
  const std::string samples = supplies.Run();
  for (const Number& number : kNumbers) {
    EXPECT_THAT(samples, HasSubstr(std::string("node_power_supply_") + number.metric +
                                   "{power_supply=\"BAT0\"} " + number.value + "\n"));
  }
}

TEST_F(PowerSupplyTest, MakesLabelsOfEveryText) {
  for (const char* file : {"capacity_level", "charge_type", "health", "manufacturer", "model_name",
                           "scope", "serial_number", "status", "technology", "type", "usb_type"}) {
    Write("usb", file, std::string("a ") + file + " ");
  }
  CollectorHarness supplies("powersupplyclass", host_);
  EXPECT_EQ(supplies.Run(),
            "node_power_supply_info{capacity_level=\"a capacity_level\","
            "charge_type=\"a charge_type\",health=\"a health\",manufacturer=\"a manufacturer\","
            "model_name=\"a model_name\",power_supply=\"usb\",scope=\"a scope\","
            "serial_number=\"a serial_number\",status=\"a status\",technology=\"a technology\","
            "type=\"a type\",usb_type=\"a usb_type\"} 1\n");
}

TEST_F(PowerSupplyTest, LeavesOutEmptyLabelsAndNumbersWithoutAValue) {
  Write("BAT0", "serial_number", " ");
  Write("BAT0", "status", "Unknown");
  host_.LinkSys("class/power_supply/BAT0/power_now", "/proc/self/mem");  // EIO.
  Write("BAT0", "current_now", "-1500000");
  CollectorHarness supplies("powersupplyclass", host_);
  EXPECT_EQ(supplies.Run(),
            "node_power_supply_current_ampere{power_supply=\"BAT0\"} -1.5\n"
            "node_power_supply_info{power_supply=\"BAT0\",status=\"Unknown\"} 1\n");
  EXPECT_EQ(supplies.status(), Status());
  EXPECT_EQ(supplies.AllocationsOnceWarm(), 0U);
}

TEST_F(PowerSupplyTest, FollowsABatteryThatIsChangedForAnother) {
  Write("BAT0", "energy_now", "1000000");
  Write("BAT1", "energy_now", "2000000");
  CollectorHarness supplies("powersupplyclass", host_);
  supplies.KeepDescriptors(0);
  EXPECT_THAT(supplies.Run(), HasSubstr("BAT1"));
  host_.Remove("sys/class/power_supply/BAT0");
  host_.Remove("sys/class/power_supply/BAT1");
  Write("BAT0", "charge_now", "3000000");
  EXPECT_EQ(supplies.Run(),
            "node_power_supply_charge_ampere{power_supply=\"BAT0\"} 3\n"
            "node_power_supply_info{power_supply=\"BAT0\"} 1\n");
}

TEST_F(PowerSupplyTest, LeavesOutSuppliesThatAreIgnored) {
  Write("AC", "online", "1");
  Write("BAT0", "online", "1");
  CollectorHarness supplies("powersupplyclass", host_,
                            {{"collector.powersupply.ignored-supplies", "^BAT"}});
  EXPECT_EQ(supplies.Run(),
            "node_power_supply_info{power_supply=\"AC\"} 1\n"
            "node_power_supply_online{power_supply=\"AC\"} 1\n");
}

TEST_F(PowerSupplyTest, SkipsASupplyThatLeftAfterItWasListed) {
  host_.LinkSys("class/power_supply/BAT0", "../../devices/BAT0");
  CollectorHarness supplies("powersupplyclass", host_);
  EXPECT_EQ(supplies.Run(), "");
  EXPECT_EQ(supplies.status(), Status());
}

TEST_F(PowerSupplyTest, NamesABadNumberAndReportsTheRest) {
  Write("BAT0", "capacity", "full");
  Write("BAT0", "voltage_now", "9999999999999999999");
  Write("BAT0", "online", "1");
  CollectorHarness supplies("powersupplyclass", host_);
  EXPECT_EQ(supplies.Run(),
            "node_power_supply_info{power_supply=\"BAT0\"} 1\n"
            "node_power_supply_online{power_supply=\"BAT0\"} 1\n");
  EXPECT_EQ(supplies.status().code(), ErrorCode::kParse);
  EXPECT_THAT(supplies.status().message(), HasSubstr("BAT0/capacity"));
  EXPECT_THAT(supplies.status().message(), Not(HasSubstr("voltage")));
}

TEST_F(PowerSupplyTest, IsAbsentWithoutTheDirectory) {
  CollectorHarness supplies("powersupplyclass", host_);
  EXPECT_EQ(supplies.Run(), "");
  EXPECT_EQ(supplies.status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(supplies.status().message(), HasSubstr("class/power_supply"));
}

TEST(PowerSupplyNumbersTest, AreSortedByTheirFiles) {
  EXPECT_TRUE(
      std::ranges::is_sorted(kPowerSupplyNumbers, {}, &collectors::PowerSupplyNumber::file));
}

}  // namespace
}  // namespace hostpulse
