#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hostpulse::collectors {

enum class FlagType { kString, kRegex, kBool, kInt, kFloat, kDuration };

// One flag of a collector as node_exporter has it; the command line, the configuration file, the
// help and `describe` are made from these. Static.
struct FlagSpec {
  std::string_view name;  // "collector.netdev.device-include", without dashes in front.
  FlagType type = FlagType::kString;
  std::string_view default_value{};  // As typed on the command line; "true"/"false" for kBool.
  std::string_view help{};
  bool repeatable = false;
  bool hidden = false;          // Accepted, not in --help.
  std::string_view env{};       // Environment variable that gives the default, if any.
  std::string_view alias_of{};  // A deprecated name: the flag whose value it sets, with a warning.
};

// The values of collector flags after parsing and validation: every flag of every spec has one.
// Filled by exporter/config, read by collectors when they are made.
class FlagValues {
 public:
  // One value unless the flag is repeatable. Values were checked against the spec's type.
  void Set(std::string_view name, std::vector<std::string> values);

  // Each aborts on a name that no spec has: a mistake in the program, not of the user.
  const std::string& String(std::string_view name) const;
  const std::vector<std::string>& Strings(std::string_view name) const;
  bool Bool(std::string_view name) const;
  std::int64_t Int(std::string_view name) const;
  double Float(std::string_view name) const;
  std::chrono::nanoseconds Duration(std::string_view name) const;
  bool Has(std::string_view name) const { return values_.contains(name); }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// Fine, or what is wrong with `value` for a flag of this type and what is accepted.
Status CheckFlagValue(const FlagSpec& spec, std::string_view value);

}  // namespace hostpulse::collectors
