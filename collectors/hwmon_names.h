#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What files and chips of /sys/class/hwmon are called, and what that means (the kernel's
// Documentation/hwmon/sysfs-interface.rst).
namespace hostpulse::collectors {

// A file's name taken apart: "temp1_max_hyst" is the property "max_hyst" of the sensor "temp1",
// "pwm2" the property "" of "pwm2". A type without a number is number 0: "vrm" belongs to "vrm0".
struct HwmonFileName {
  std::string_view type;  // The views are into the file's name.
  std::uint32_t number = 0;
  std::string_view property;

  std::string Sensor() const { return std::string(type) + std::to_string(number); }
};

// Nothing for files that belong to no sensor of the types that are reported.
std::optional<HwmonFileName> ParseHwmonFileName(std::string_view file);

// Stores `text` in `out` as chips are called in labels: small letters, an underscore for each
// character but letters, digits, colons and underscores, none at the ends. `text` is not in `out`.
void AssignHwmonName(std::string_view text, std::string& out);

// What the chip at `directory` (/sys/class/hwmon/hwmonN) is called. N depends on the order in which
// drivers were loaded, so the chip is called after its device and what that hangs on
// ("platform_coretemp_0"), else as `driver_name` (the content of its file "name") has it, else
// "hwmonN". Empty where the chip has left.
std::string HwmonChipName(const std::string& directory, std::string_view driver_name);

}  // namespace hostpulse::collectors
