#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hostpulse::collectors {

// One value of --collector.sysctl.include or --collector.sysctl.include-info: which file, and what
// its values are called.
struct SysctlSpec {
  std::string name;  // As given: "net.ipv4.tcp_rmem", "fs/file-nr".
  std::string path;  // Below /proc/sys: "net/ipv4/tcp_rmem".
  // The name of the metric, for one value or for a list with indices; or, where keys are given, one
  // for each of the values. Empty where the values are labels of node_sysctl_info.
  std::vector<std::string> metrics{};
  bool with_keys = false;
};

// "vm.swappiness", or "net.ipv4.tcp_rmem:min,default,max" for a list of numbers whose elements have
// names. Dots and slashes both part the name, so that no part of it can have a dot in it.
// Errors: kInvalid where no sysctl could ever be reported so: no name, one key or none behind the
// colon, keys that no metric name can have.
Result<SysctlSpec> ParseSysctlSpec(std::string_view text);

// A sysctl whose values are reported as text: a name without keys.
// Errors: kInvalid for no name, and for keys, which texts cannot have.
Result<SysctlSpec> ParseSysctlInfoSpec(std::string_view text);

// A number as Go's ParseInt(text, 0, 64) takes it: with a sign, 0x for hexadecimal, 0 for octal.
// Those above, up to 2^64 - 1 (kernel.shmmax), are taken as well.
std::optional<double> ParseSysctlNumber(std::string_view text);

}  // namespace hostpulse::collectors
