#include "collectors/cpu_list.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {

bool ForEachCpu(std::string_view list, FunctionRef<void(int cpu)> visit) {
  list = kernel::Trim(list);
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view range = list.substr(0, comma);
    list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
    if (comma != range.npos && list.empty()) return false;

    const std::size_t dash = range.find('-');
    const auto first = kernel::ParseNumber<std::uint16_t>(range.substr(0, dash));
    const auto last =
        dash == range.npos ? first : kernel::ParseNumber<std::uint16_t>(range.substr(dash + 1));
    if (!first || !last || *first > *last) return false;
    for (int cpu = *first; cpu <= *last; ++cpu) visit(cpu);
  }
  return true;
}

std::string_view CpuOfDirectory(std::string_view name) {
  if (!name.starts_with("cpu")) return {};
  name.remove_prefix(3);
  const bool number =
      std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  return number ? name : std::string_view();
}

}  // namespace hostpulse::collectors
