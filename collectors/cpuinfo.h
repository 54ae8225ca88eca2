#pragma once

#include <string_view>
#include <vector>

namespace hostpulse::collectors {

// One processor of /proc/cpuinfo; every view points into the text that was parsed, and is empty
// where the architecture does not print the field. The names are x86's.
struct CpuInfo {
  std::string_view processor;
  std::string_view vendor;      // vendor_id
  std::string_view family;      // cpu family
  std::string_view model;       // model
  std::string_view model_name;  // model name
  std::string_view stepping;
  std::string_view microcode;
  std::string_view megahertz;  // cpu MHz
  std::string_view cache_size;
  std::string_view physical_id;
  std::string_view core_id;
  std::string_view flags;  // Separated by spaces.
  std::string_view bugs;
};

// Parses the whole file into `cpus`, whose storage is reused. Unknown fields are passed over; what
// stands in front of the first "processor" line and behind the last block does not count.
void ParseCpuInfo(std::string_view text, std::vector<CpuInfo>& cpus);

}  // namespace hostpulse::collectors
