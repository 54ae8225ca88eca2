#include "collectors/cpu_info.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

std::unique_ptr<Pattern> PatternOf(std::string_view expression) {
  return expression.empty() ? nullptr : std::make_unique<Pattern>(expression);
}

}  // namespace

CpuInfo::CpuInfo(const CollectorContext& context, std::string_view flags, std::string_view bugs)
    : file_(context.paths.Proc("cpuinfo"), context.descriptors),
      flags_(PatternOf(flags)),
      bugs_(PatternOf(bugs)),
      with_frequency_(context.Enabled("cpufreq")),
      cpu_directory_(context.paths.Sys("devices/system/cpu/cpu")) {}

std::string_view CpuInfo::Cpu::*CpuInfo::FieldOf(std::string_view key) {
  // x86 in the main; the names of other architectures stand beside what they mean.
  static constexpr std::array<std::pair<std::string_view, std::string_view Cpu::*>, 15> kKeys = {{
      {"processor", &Cpu::number},
      {"vendor_id", &Cpu::vendor},
      {"vendor", &Cpu::vendor},
      {"cpu family", &Cpu::family},
      {"model", &Cpu::model},
      {"model name", &Cpu::model_name},
      {"stepping", &Cpu::stepping},
      {"microcode", &Cpu::microcode},
      {"cpu MHz", &Cpu::megahertz},
      {"cache size", &Cpu::cache_size},
      {"physical id", &Cpu::package},
      {"core id", &Cpu::core},
      {"flags", &Cpu::flags},
      {"Features", &Cpu::flags},
      {"bugs", &Cpu::bugs},
  }};
  for (const auto& [name, field] : kKeys) {
    if (name == key) return field;
  }
  return nullptr;
}

Status CpuInfo::Collect(MetricBatch& out) {
  const auto text = file_.Read();
  if (!text) return text.status();

  Cpu cpu;
  bool first = true;
  cpufreq_has_ = false;
  const auto finish = [&]() -> Status {
    if (cpu.number.empty()) return {};
    return Add(std::exchange(cpu, Cpu()), std::exchange(first, false), out);
  };
  kernel::LineScanner lines(*text);
  for (std::string_view line; lines.Next(line);) {
    const std::size_t colon = line.find(':');
    const auto field = FieldOf(kernel::Trim(line.substr(0, colon)));
    if (field == nullptr || colon == line.npos) continue;
    if (field == &Cpu::number) {
      if (Status status = finish(); !status) return status;
    }
    cpu.*field = kernel::Trim(line.substr(colon + 1));
  }
  if (Status status = finish(); !status) return status;
  if (first) return {ErrorCode::kParse, file_.path() + ": no processor in it"};
  return {};
}

Status CpuInfo::Add(const Cpu& cpu, bool first, MetricBatch& out) {
  out.Family(kCpuInfo).Add({{"cachesize", cpu.cache_size},
                            {"core", cpu.core},
                            {"cpu", cpu.number},
                            {"family", cpu.family},
                            {"microcode", cpu.microcode},
                            {"model", cpu.model},
                            {"model_name", cpu.model_name},
                            {"package", cpu.package},
                            {"stepping", cpu.stepping},
                            {"vendor", cpu.vendor}},
                           1);
  if (first) {
    AddWords(cpu.flags, flags_.get(), "flag", out.Family(kCpuFlagInfo));
    AddWords(cpu.bugs, bugs_.get(), "bug", out.Family(kCpuBugInfo));
  }
  cpufreq_has_ = cpufreq_has_ || (with_frequency_ && CpufreqHas(cpu.number));
  if (!with_frequency_ || cpufreq_has_ || cpu.megahertz.empty()) return {};
  const auto megahertz = kernel::ParseDouble(cpu.megahertz);
  if (!megahertz) return kernel::ParseError(file_.path(), "cpu MHz", cpu.megahertz);
  out.Family(kCpuInfoFrequency)
      .Add({{"core", cpu.core}, {"cpu", cpu.number}, {"package", cpu.package}}, *megahertz * 1e6);
  return {};
}

void CpuInfo::AddWords(std::string_view words, const Pattern* wanted, std::string_view label,
                       FamilyBuilder& family) {
  if (wanted == nullptr) return;
  kernel::FieldScanner fields(words);
  for (auto word = fields.Next(); !word.empty(); word = fields.Next()) {
    if (wanted->Matches(word)) family.Add({{label, word}}, 1);
  }
}

bool CpuInfo::CpufreqHas(std::string_view cpu) {
  path_.assign(cpu_directory_).append(cpu).append("/cpufreq/cpuinfo_cur_freq");
  return ::faccessat(AT_FDCWD, path_.c_str(), R_OK, AT_EACCESS) == 0;
}

}  // namespace hostpulse::collectors
