// Soft interrupts by CPU and type, from /proc/softirqs.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/cpu_columns.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 1> kMetrics = {{
    {"node_softirqs_functions_total", kCounter, "cpu,type", "events",
     "Soft interrupts that the CPU has handled."},
}};

class SoftirqsCollector final : public Collector {
 public:
  explicit SoftirqsCollector(const CollectorContext& context)
      : file_(context.paths.Proc("softirqs"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();

    kernel::LineScanner lines(*text);
    std::string_view line;
    if (!lines.Next(line) || !ReadCpuColumns(line, cpus_)) {
      return kernel::ParseError(file_.path(), "heading", line);
    }
    FamilyBuilder& total = out.Family(kMetrics[0]);
    while (lines.Next(line)) {
      if (Status status = AddType(line, total); !status) return status;
    }
    return {};
  }

 private:
  Status AddType(std::string_view line, FamilyBuilder& total) const {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return kernel::ParseError(file_.path(), "type", line);
    const std::string_view type = kernel::Trim(line.substr(0, colon));
    kernel::FieldScanner fields(line.substr(colon + 1));
    for (const std::string_view cpu : cpus_) {
      const auto count = fields.NextNumber<std::uint64_t>();
      if (!count) return kernel::ParseError(file_.path(), type, line);
      total.Add({{"cpu", cpu}, {"type", type}}, static_cast<double>(*count));
    }
    return {};
  }

  kernel::KernelFile file_;
  std::vector<std::string_view> cpus_;  // Kept for its storage only.
};

Result<std::unique_ptr<Collector>> MakeSoftirqs(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<SoftirqsCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kSoftirqsCollector = {
    .name = "softirqs",
    .on_by_default = false,
    .help = "Soft interrupts by CPU and type (/proc/softirqs).",
    .make = MakeSoftirqs,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
