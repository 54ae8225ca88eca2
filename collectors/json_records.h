#pragma once

#include <concepts>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/kernel/scanner.h"
#include "core/result.h"

namespace hostpulse::collectors {

// A flat object of a JSON file.
class JsonRecord {
 public:
  // Empty where the object has no such member.
  std::string_view Text(std::string_view key) const;

  // Stores a number; 0 where the object has no such member. False, with `value` as it was, where
  // it is no whole number or does not fit.
  template <std::integral Integer>
  bool Read(std::string_view key, Integer& value) const;

 private:
  friend class JsonRecordReader;
  std::map<std::string, std::string, std::less<>> members_;  // Numbers as they are written.
};

// The objects of a JSON file that is a list of them, or a single one; members that are null, true,
// false or nested are passed over. For fixture files, which take the kernel's place in tests.
// Errors: as ReadRegularFile (1 MiB at most); kParse where it is no such file.
Result<std::vector<JsonRecord>> ReadJsonRecords(const std::string& path);

template <std::integral Integer>
bool JsonRecord::Read(std::string_view key, Integer& value) const {
  const auto number = kernel::ParseNumber<Integer>(members_.contains(key) ? Text(key) : "0");
  if (number) value = *number;
  return number.has_value();
}

}  // namespace hostpulse::collectors
