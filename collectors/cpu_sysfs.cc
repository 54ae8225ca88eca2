#include "collectors/cpu_sysfs.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "collectors/cpu_list.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kDirectory = "devices/system/cpu";

std::vector<std::string> ReadIsolated(const CollectorContext& context) {
  kernel::KernelFile file(context.paths.Sys("devices/system/cpu/isolated"), context.descriptors);
  std::vector<std::string> cpus;
  const auto text = file.TryReadTrimmed();
  if (text && !ForEachCpu(*text, [&](int cpu) { cpus.push_back(std::to_string(cpu)); })) {
    context.log.Warn("list of isolated CPUs not understood",
                     {{"path", file.path()}, {"list", text->substr(0, 80)}});
    cpus.clear();
  }
  return cpus;
}

bool IsNumber(const std::optional<std::string>& text) {
  return text && kernel::ParseNumber<std::uint64_t>(*text);
}

}  // namespace

CpuSysfs::CpuSysfs(const CollectorContext& context)
    : descriptors_(context.descriptors),
      online_set_(context.paths.Sys("devices/system/cpu/online"), descriptors_,
                  kernel::FileKind::kAttribute),
      directory_(context.paths.Sys(kDirectory), descriptors_),
      isolated_(ReadIsolated(context)) {}

Status CpuSysfs::Collect(MetricBatch& out) {
  FamilyBuilder& isolated = out.Family(kCpuIsolated);
  for (const std::string& cpu : isolated_) isolated.Add({{"cpu", cpu}}, 1);

  if (Status status = Refresh(); !status) return status;
  if (Status status = AddCounts(packages_, kPackageThrottles, out); !status) return status;
  if (Status status = AddCounts(cores_, kCoreThrottles, out); !status) return status;
  FamilyBuilder& online = out.Family(kCpuOnline);
  for (const Online& cpu : online_) online.Add({{"cpu", cpu.cpu}}, cpu.online ? 1 : 0);
  return {};
}

Status CpuSysfs::Refresh() {
  const auto set = online_set_.TryReadTrimmed();
  if (set && !set->empty() && *set == surveyed_) return {};
  surveyed_.assign(set.value_or(""));
  cores_.clear();
  packages_.clear();
  online_.clear();
  const auto names = directory_.List();
  if (!names) return names.status().code() == ErrorCode::kAbsent ? Status() : names.status();
  for (const std::string_view name : *names) {
    if (const auto cpu = CpuOfDirectory(name); !cpu.empty()) Survey(cpu);
  }
  return {};
}

void CpuSysfs::Survey(std::string_view cpu) {
  const std::string directory = directory_.path() + "/cpu" + std::string(cpu);
  SurveyThrottles(directory);
  SurveyOnline(directory, cpu);
}

void CpuSysfs::SurveyThrottles(const std::string& directory) {
  const auto package = ReadOnce(directory + "/topology/physical_package_id");
  const auto core = ReadOnce(directory + "/topology/core_id");
  if (!IsNumber(package) || !IsNumber(core)) return;  // -1 on ARM.
  AddThrottle(cores_, *package, *core, directory + "/thermal_throttle/core_throttle_count");
  AddThrottle(packages_, *package, "", directory + "/thermal_throttle/package_throttle_count");
}

// CPUs of one core, and cores of one package, have the same count: the first that has it is read.
void CpuSysfs::AddThrottle(std::vector<Throttle>& list, std::string_view package,
                           std::string_view core, std::string path) {
  const bool known = std::any_of(list.begin(), list.end(), [&](const Throttle& throttle) {
    return throttle.package == package && throttle.core == core;
  });
  if (known || !ReadOnce(path)) return;
  list.push_back({std::string(package), std::string(core),
                  kernel::KernelFile(std::move(path), descriptors_, kernel::FileKind::kAttribute)});
}

void CpuSysfs::SurveyOnline(const std::string& directory, std::string_view cpu) {
  const auto text = ReadOnce(directory + "/online");
  // As node_exporter has it: where the first CPU cannot be asked, none is reported.
  const bool first = cpu == "0";
  if ((first && !text) || (!first && online_.empty())) return;
  online_.push_back({std::string(cpu), text == "1"});
}

std::optional<std::string> CpuSysfs::ReadOnce(const std::string& path) const {
  kernel::DescriptorBudget none(0);
  kernel::KernelFile file(path, none, kernel::FileKind::kAttribute);
  const auto text = file.TryReadTrimmed();
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

Status CpuSysfs::AddCounts(std::vector<Throttle>& list, const MetricDesc& metric,
                           MetricBatch& out) {
  FamilyBuilder& family = out.Family(metric);
  for (Throttle& throttle : list) {
    const auto text = throttle.count.TryReadTrimmed();
    if (!text) continue;  // The CPU is going offline.
    const auto count = kernel::ParseNumber<std::uint64_t>(*text);
    if (!count) return kernel::ParseError(throttle.count.path(), metric.name, *text);
    const std::array<LabelView, 2> labels = {
        {{"core", throttle.core}, {"package", throttle.package}}};
    family.Add(std::span(labels).subspan(throttle.core.empty() ? 1 : 0),
               static_cast<double>(*count));
  }
  return {};
}

}  // namespace hostpulse::collectors
