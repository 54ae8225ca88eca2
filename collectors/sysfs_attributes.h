#pragma once

#include <algorithm>
#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kernel/kernel_file.h"
#include "collectors/kernel/scanner.h"

// For collectors that read a directory of sysfs per device, one attribute a file.
namespace hostpulse::collectors {

using Attributes = std::vector<kernel::KernelFile>;

// The files `names` of the device at `directory`, in their order. Nothing is opened yet; `budget`
// must outlive them.
inline Attributes OpenAttributes(const std::string& directory,
                                 std::span<const std::string_view> names,
                                 kernel::DescriptorBudget& budget) {
  Attributes files;
  files.reserve(names.size());
  for (const std::string_view name : names) {
    std::string path = directory + "/";
    files.emplace_back(path.append(name), budget, kernel::FileKind::kAttribute);
  }
  return files;
}

// The number in the name of a device, as text: "12" of "cooling_device12" with the prefix
// "cooling_device". Empty for names that are anything else.
inline std::string_view DeviceNumber(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return {};
  const std::string_view number = name.substr(prefix.size());
  const bool digits =
      std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? number : std::string_view();
}

// The number in an attribute; nothing where the file is missing or has no value for now, as
// hardware that sleeps or is not there has it. What is no number gives nothing either, and a
// kParse in `first_error` if that holds no error yet. Allocates only then.
template <std::integral Integer>
std::optional<Integer> TryReadNumber(kernel::KernelFile& file, Status& first_error) {
  const auto text = file.TryReadTrimmed();
  if (!text) return std::nullopt;
  const auto number = kernel::ParseNumber<Integer>(*text);
  if (!number && first_error.ok()) first_error = kernel::ParseError(file.path(), "number", *text);
  return number;
}

}  // namespace hostpulse::collectors
