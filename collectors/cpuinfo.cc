#include "collectors/cpuinfo.h"

#include <algorithm>
#include <array>

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

struct Field {
  std::string_view key;
  std::string_view CpuInfo::*member;
};
constexpr std::array<Field, 12> kFields = {{
    {"vendor_id", &CpuInfo::vendor},
    {"cpu family", &CpuInfo::family},
    {"model", &CpuInfo::model},
    {"model name", &CpuInfo::model_name},
    {"stepping", &CpuInfo::stepping},
    {"microcode", &CpuInfo::microcode},
    {"cpu MHz", &CpuInfo::megahertz},
    {"cache size", &CpuInfo::cache_size},
    {"physical id", &CpuInfo::physical_id},
    {"core id", &CpuInfo::core_id},
    {"flags", &CpuInfo::flags},
    {"bugs", &CpuInfo::bugs},
}};

}  // namespace

void ParseCpuInfo(std::string_view text, std::vector<CpuInfo>& cpus) {
  cpus.clear();
  kernel::LineScanner lines(text);
  for (std::string_view line; lines.Next(line);) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    const std::string_view key = kernel::Trim(line.substr(0, colon));
    const std::string_view value = kernel::Trim(line.substr(colon + 1));
    if (key == "processor") {
      cpus.emplace_back().processor = value;
      continue;
    }
    const auto field = std::find_if(kFields.begin(), kFields.end(),
                                    [key](const Field& known) { return known.key == key; });
    if (field != kFields.end() && !cpus.empty()) cpus.back().*(field->member) = value;
  }
}

}  // namespace hostpulse::collectors
