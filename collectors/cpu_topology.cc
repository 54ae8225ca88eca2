#include "collectors/cpu_topology.h"

#include <algorithm>
#include <cstdint>

#include "collectors/cpu_dirs.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

using kernel::FileKind;
using kernel::KernelFile;

std::string ReadOnce(std::string path, kernel::DescriptorBudget& budget) {
  KernelFile file(std::move(path), budget, FileKind::kAttribute);
  return std::string(file.TryReadTrimmed().value_or(""));
}

template <typename T>
bool AddNew(std::vector<T>& seen, const T& item) {
  if (std::find(seen.begin(), seen.end(), item) != seen.end()) return false;
  seen.push_back(item);
  return true;
}

// Fine where the file is missing; its number goes to `add`.
template <typename Add>
Status AddNumber(KernelFile& file, Add add) {
  const auto text = file.TryReadTrimmed();
  if (!text) return {};
  const auto value = kernel::ParseNumber<std::uint64_t>(*text);
  if (!value) return kernel::ParseError(file.path(), "a number", *text);
  add(static_cast<double>(*value));
  return {};
}

}  // namespace

CpuTopology::Cpu::Cpu(const std::string& path, kernel::DescriptorBudget& budget)
    : package(ReadOnce(path + "/topology/physical_package_id", budget)),
      core(ReadOnce(path + "/topology/core_id", budget)),
      core_throttles(path + "/thermal_throttle/core_throttle_count", budget, FileKind::kAttribute),
      package_throttles(path + "/thermal_throttle/package_throttle_count", budget,
                        FileKind::kAttribute),
      online(path + "/online", budget, FileKind::kAttribute) {}

CpuTopology::CpuTopology(std::string directory, kernel::DescriptorBudget& budget)
    : directory_(std::move(directory), budget), budget_(budget) {}

Status CpuTopology::Add(const Families& families) {
  const auto entries = directory_.List();
  if (!entries) return entries.status();
  packages_.clear();
  cores_.clear();
  first_is_switchable_ = false;
  cpus_.Begin();
  for (const std::string_view entry : *entries) {
    const std::string_view number = CpuNumber(entry);
    if (number.empty()) continue;
    path_.assign(directory_.path()).append("/").append(entry);
    if (Status status = AddCpu(number, cpus_.FindOrAdd(entry, path_, budget_), families); !status) {
      return status;
    }
  }
  cpus_.End();
  return {};
}

Status CpuTopology::AddCpu(std::string_view number, Cpu& cpu, const Families& families) {
  if (Status status = AddThrottles(cpu, families); !status) return status;
  return AddOnline(number, cpu, families);
}

Status CpuTopology::AddThrottles(Cpu& cpu, const Families& families) {
  if (cpu.package.empty() || cpu.core.empty()) return {};
  if (AddNew(cores_, {cpu.package, cpu.core})) {
    Status status = AddNumber(cpu.core_throttles, [&](double count) {
      families.core_throttles.Add({{"core", cpu.core}, {"package", cpu.package}}, count);
    });
    if (!status) return status;
  }
  if (!AddNew(packages_, std::string_view(cpu.package))) return {};
  return AddNumber(cpu.package_throttles, [&](double count) {
    families.package_throttles.Add({{"package", cpu.package}}, count);
  });
}

Status CpuTopology::AddOnline(std::string_view number, Cpu& cpu, const Families& families) {
  // The names are sorted, so cpu0 comes first.
  if (number != "0" && !first_is_switchable_) return {};
  return AddNumber(cpu.online, [&](double online) {
    first_is_switchable_ = true;
    families.online.Add({{"cpu", number}}, online);
  });
}

std::vector<std::string> CpuTopology::ParseList(std::string_view list) {
  constexpr unsigned kMostCpus = 1 << 16;
  std::vector<std::string> cpus;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view range = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    const std::size_t dash = range.find('-');
    const auto first = kernel::ParseNumber<unsigned>(range.substr(0, dash));
    const auto last =
        dash == range.npos ? first : kernel::ParseNumber<unsigned>(range.substr(dash + 1));
    if (!first || !last || *last >= kMostCpus) return {};
    for (unsigned cpu = *first; cpu <= *last; ++cpu) cpus.push_back(std::to_string(cpu));
  }
  return cpus;
}

}  // namespace hostpulse::collectors
