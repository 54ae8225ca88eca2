#include "collectors/hwmon_names.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "collectors/kernel/scanner.h"
#include "core/utf8.h"

namespace hostpulse::collectors {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 14> kTypes = {
    "vrm",  "beep_enable", "update_interval", "in",     "cpu",      "fan",       "pwm",
    "temp", "curr",        "power",           "energy", "humidity", "intrusion", "freq"};

constexpr bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

char Fold(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  const bool stays = (c >= 'a' && c <= 'z') || IsDigit(c) || c == ':';
  return stays ? c : '_';
}

std::string HwmonName(std::string_view text) {
  std::string name;
  AssignHwmonName(text, name);
  return name;
}

// The last two parts of the path of the device behind the chip; empty where it has none.
std::string DeviceName(const std::string& directory) {
  std::error_code error;
  const fs::path device = fs::canonical(directory + "/device", error);
  if (error) return {};
  const std::string name = HwmonName(device.filename().native());
  const std::string parent = HwmonName(device.parent_path().filename().native());
  return parent.empty() || name.empty() ? name : parent + "_" + name;
}

}  // namespace

std::optional<HwmonFileName> ParseHwmonFileName(std::string_view file) {
  const auto* const digits = std::find_if(file.begin(), file.end(), IsDigit);
  const auto* const end = std::find_if_not(digits, file.end(), IsDigit);
  HwmonFileName name;
  name.type = std::string_view(file.begin(), digits);
  if (std::find(kTypes.begin(), kTypes.end(), name.type) == kTypes.end()) {
    // A property of a sensor without a number would be part of the type: there are none.
    return std::nullopt;
  }
  if (digits != end) {
    const auto number = kernel::ParseNumber<std::uint32_t>(std::string_view(digits, end));
    if (!number) return std::nullopt;
    name.number = *number;
  }
  name.property = std::string_view(end, file.end());
  if (name.property.empty()) return name;
  if (name.property.front() != '_' || name.property.size() == 1) return std::nullopt;
  name.property.remove_prefix(1);
  return name;
}

void AssignHwmonName(std::string_view text, std::string& out) {
  out.clear();
  while (!text.empty()) {
    const std::size_t length = DecodeUtf8(text).length;
    const char c = length == 1 ? Fold(text.front()) : '_';
    if (c != '_' || !out.empty()) out += c;
    text.remove_prefix(length);
  }
  while (out.ends_with('_')) out.pop_back();
}

std::string HwmonChipName(const std::string& directory, std::string_view driver_name) {
  std::string name = DeviceName(directory);
  if (name.empty()) name = HwmonName(driver_name);
  if (!name.empty()) return name;
  std::error_code error;
  return HwmonName(fs::canonical(directory, error).filename().native());
}

}  // namespace hostpulse::collectors
