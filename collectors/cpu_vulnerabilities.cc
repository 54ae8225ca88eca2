// What the kernel says of the CPU's vulnerabilities, from /sys/devices/system/cpu/vulnerabilities.

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 1> kMetrics = {{
    {"node_cpu_vulnerabilities_info", kGauge, "codename,mitigation,state", "1",
     "Whether the CPU is affected by a vulnerability and what is done against it; the value is "
     "always 1."},
}};

constexpr std::array<std::string_view, 4> kStates = {"not affected", "vulnerable", "mitigation",
                                                     "unknown"};

struct Vulnerability {
  std::string_view state;
  std::string_view mitigation;
};

bool StartsWithInAnyCase(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(), [](char wanted, char c) {
           return wanted == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
         });
}

// "Mitigation: PTI", "Vulnerable; SMT vulnerable", "Not affected". What begins otherwise, such as
// "KVM: Mitigation: VMX disabled", is not guessed at.
Vulnerability Parse(std::string_view text) {
  for (const std::string_view state : kStates) {
    if (!StartsWithInAnyCase(text, state)) continue;
    text.remove_prefix(state.size());
    while (text.starts_with(':') || text.starts_with(';')) text.remove_prefix(1);
    return {state, kernel::Trim(text)};
  }
  return {kStates.back(), text};
}

class CpuVulnerabilitiesCollector final : public Collector {
 public:
  explicit CpuVulnerabilitiesCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        directory_(context.paths.Sys("devices/system/cpu/vulnerabilities"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return Unlisted(names.status());

    FamilyBuilder& family = out.Family(kMetrics[0]);
    files_.Begin();
    for (const std::string_view name : *names) {
      const auto text = Find(name).TryReadTrimmed();
      if (!text) continue;
      const Vulnerability vulnerability = Parse(*text);
      family.Add({{"codename", name},
                  {"mitigation", vulnerability.mitigation},
                  {"state", vulnerability.state}},
                 1);
    }
    files_.End();
    return {};
  }

 private:
  // Kernels for some architectures say nothing, which node_exporter takes for a success.
  static Status Unlisted(const Status& status) {
    return status.code() == ErrorCode::kAbsent ? Status() : status;
  }

  kernel::KernelFile& Find(std::string_view name) {
    if (kernel::KernelFile* const known = files_.Find(name)) return *known;
    std::string path = directory_.path() + "/";
    return files_.Add(name, path.append(name), descriptors_, kernel::FileKind::kAttribute);
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<kernel::KernelFile> files_;
};

Result<std::unique_ptr<Collector>> MakeCpuVulnerabilities(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<CpuVulnerabilitiesCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kCpuVulnerabilitiesCollector = {
    .name = "cpu_vulnerabilities",
    .on_by_default = false,
    .help = "What the kernel says of vulnerabilities of the CPU.",
    .make = MakeCpuVulnerabilities,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
