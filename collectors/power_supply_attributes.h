#pragma once

#include <array>
#include <string_view>

#include "core/metrics/metric_desc.h"

// The attributes of /sys/class/power_supply that are numbers.
namespace hostpulse::collectors {

struct PowerSupplyNumber {
  std::string_view file;
  double divisor;  // From the file's unit to that of the metric.
  MetricDesc desc;
};

// The kernel counts in millionths, and in tenths of a degree.
inline constexpr double kMicro = 1e6;
inline constexpr double kTenths = 10;

consteval PowerSupplyNumber MakePowerSupplyNumber(std::string_view file, double divisor,
                                                  std::string_view metric, std::string_view unit,
                                                  std::string_view help) {
  return {file, divisor, {metric, kGauge, "power_supply", unit, help}};
}

// Sorted by their files.
inline constexpr std::array<PowerSupplyNumber, 49> kPowerSupplyNumbers = {
    MakePowerSupplyNumber("authentic", 1, "node_power_supply_authentic", "bool",
                          "Whether the battery is known to be genuine."),
    MakePowerSupplyNumber("calibrate", 1, "node_power_supply_calibrate", "bool",
                          "Whether the power supply is being calibrated."),
    MakePowerSupplyNumber("capacity", 1, "node_power_supply_capacity", "percent",
                          "Charge of the battery, of 100."),
    MakePowerSupplyNumber("capacity_alert_max", 1, "node_power_supply_capacity_alert_max",
                          "percent", "Charge above which the battery gives notice."),
    MakePowerSupplyNumber("capacity_alert_min", 1, "node_power_supply_capacity_alert_min",
                          "percent", "Charge below which the battery gives notice."),
    MakePowerSupplyNumber("charge_control_limit", kMicro, "node_power_supply_charge_control_limit",
                          "amperes", "Limit of the charging current that is set."),
    MakePowerSupplyNumber("charge_control_limit_max", kMicro,
                          "node_power_supply_charge_control_limit_max", "amperes",
                          "Highest limit of the charging current that can be set."),
    MakePowerSupplyNumber("charge_counter", kMicro, "node_power_supply_charge_counter",
                          "ampere-hours", "Charge that went into the battery, less what came out."),
    MakePowerSupplyNumber("charge_empty", kMicro, "node_power_supply_charge_empty", "ampere-hours",
                          "Charge at which the battery counts as empty."),
    MakePowerSupplyNumber("charge_empty_design", kMicro, "node_power_supply_charge_empty_design",
                          "ampere-hours",
                          "Charge at which the battery was to count as empty when it was new."),
    MakePowerSupplyNumber("charge_full", kMicro, "node_power_supply_charge_full", "ampere-hours",
                          "Charge in the battery when it was last full."),
    MakePowerSupplyNumber("charge_full_design", kMicro, "node_power_supply_charge_full_design",
                          "ampere-hours", "Charge that the battery was to hold when it was new."),
    MakePowerSupplyNumber("charge_now", kMicro, "node_power_supply_charge_ampere", "ampere-hours",
                          "Charge in the battery now."),
    MakePowerSupplyNumber("charge_term_current", kMicro, "node_power_supply_charge_term_current",
                          "amperes", "Current below which charging ends."),
    MakePowerSupplyNumber("constant_charge_current", kMicro,
                          "node_power_supply_constant_charge_current", "amperes",
                          "Constant current that the charger is set to."),
    MakePowerSupplyNumber("constant_charge_current_max", kMicro,
                          "node_power_supply_constant_charge_current_max", "amperes",
                          "Highest constant current that the charger can be set to."),
    MakePowerSupplyNumber("constant_charge_voltage", kMicro,
                          "node_power_supply_constant_charge_voltage", "volts",
                          "Constant voltage that the charger is set to."),
    MakePowerSupplyNumber("constant_charge_voltage_max", kMicro,
                          "node_power_supply_constant_charge_voltage_max", "volts",
                          "Highest constant voltage that the charger can be set to."),
    MakePowerSupplyNumber("current_boot", kMicro, "node_power_supply_current_boot", "amperes",
                          "Current at boot."),
    MakePowerSupplyNumber("current_max", kMicro, "node_power_supply_current_max", "amperes",
                          "The most current that the power supply gives."),
    MakePowerSupplyNumber(
        "current_now", kMicro, "node_power_supply_current_ampere", "amperes",
        "Current now; below zero where the driver tells that the battery is being emptied."),
    MakePowerSupplyNumber("cycle_count", 1, "node_power_supply_cyclecount", "",
                          "Times that the battery was charged and emptied."),
    MakePowerSupplyNumber("energy_empty", kMicro, "node_power_supply_energy_empty", "watt-hours",
                          "Energy at which the battery counts as empty."),
    MakePowerSupplyNumber("energy_empty_design", kMicro, "node_power_supply_energy_empty_design",
                          "watt-hours",
                          "Energy at which the battery was to count as empty when it was new."),
    MakePowerSupplyNumber("energy_full", kMicro, "node_power_supply_energy_full", "watt-hours",
                          "Energy in the battery when it was last full."),
    MakePowerSupplyNumber("energy_full_design", kMicro, "node_power_supply_energy_full_design",
                          "watt-hours", "Energy that the battery was to hold when it was new."),
    MakePowerSupplyNumber("energy_now", kMicro, "node_power_supply_energy_watthour", "watt-hours",
                          "Energy in the battery now."),
    MakePowerSupplyNumber("input_current_limit", kMicro, "node_power_supply_input_current_limit",
                          "amperes", "The most current that the charger takes from its source."),
    MakePowerSupplyNumber(
        "online", 1, "node_power_supply_online", "",
        "Whether the power supply is connected: 1 at a fixed, 2 at a programmable voltage."),
    MakePowerSupplyNumber("power_now", kMicro, "node_power_supply_power_watt", "watts",
                          "Power now."),
    MakePowerSupplyNumber("precharge_current", kMicro, "node_power_supply_precharge_current",
                          "amperes", "Current with which an empty battery is charged at first."),
    MakePowerSupplyNumber("present", 1, "node_power_supply_present", "bool",
                          "Whether the battery is there."),
    MakePowerSupplyNumber("temp", kTenths, "node_power_supply_temp_celsius", "celsius",
                          "Temperature of the power supply."),
    MakePowerSupplyNumber("temp_alert_max", kTenths, "node_power_supply_temp_alert_max_celsius",
                          "celsius", "Temperature above which the power supply gives notice."),
    MakePowerSupplyNumber("temp_alert_min", kTenths, "node_power_supply_temp_alert_min_celsius",
                          "celsius", "Temperature below which the power supply gives notice."),
    MakePowerSupplyNumber("temp_ambient", kTenths, "node_power_supply_temp_ambient_celsius",
                          "celsius", "Temperature around the power supply."),
    MakePowerSupplyNumber(
        "temp_ambient_max", kTenths, "node_power_supply_temp_ambient_max_celsius", "celsius",
        "Temperature of the surroundings above which the power supply gives notice."),
    MakePowerSupplyNumber(
        "temp_ambient_min", kTenths, "node_power_supply_temp_ambient_min_celsius", "celsius",
        "Temperature of the surroundings below which the power supply gives notice."),
    MakePowerSupplyNumber("temp_max", kTenths, "node_power_supply_temp_max_celsius", "celsius",
                          "Highest temperature at which the power supply may be used."),
    MakePowerSupplyNumber("temp_min", kTenths, "node_power_supply_temp_min_celsius", "celsius",
                          "Lowest temperature at which the power supply may be used."),
    MakePowerSupplyNumber("time_to_empty_now", 1, "node_power_supply_time_to_empty_seconds",
                          "seconds", "Time until the battery is empty."),
    MakePowerSupplyNumber("time_to_full_now", 1, "node_power_supply_time_to_full_seconds",
                          "seconds", "Time until the battery is full."),
    MakePowerSupplyNumber("voltage_boot", kMicro, "node_power_supply_voltage_boot", "volts",
                          "Voltage at boot."),
    MakePowerSupplyNumber("voltage_max", kMicro, "node_power_supply_voltage_max", "volts",
                          "Highest voltage seen or allowed."),
    MakePowerSupplyNumber("voltage_max_design", kMicro, "node_power_supply_voltage_max_design",
                          "volts", "Highest voltage that the power supply is made for."),
    MakePowerSupplyNumber("voltage_min", kMicro, "node_power_supply_voltage_min", "volts",
                          "Lowest voltage seen or allowed."),
    MakePowerSupplyNumber("voltage_min_design", kMicro, "node_power_supply_voltage_min_design",
                          "volts", "Lowest voltage that the power supply is made for."),
    MakePowerSupplyNumber("voltage_now", kMicro, "node_power_supply_voltage_volt", "volts",
                          "Voltage now."),
    MakePowerSupplyNumber("voltage_ocv", kMicro, "node_power_supply_voltage_ocv", "volts",
                          "Voltage without a load."),
};

}  // namespace hostpulse::collectors
