// Tasks that the kernel saw hanging, from /proc/sys/kernel/hung_task_detect_count (Linux 6.13).

#include <array>
#include <cstdint>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 1> kMetrics = {{
    {"node_kernel_hung_tasks_total", kCounter, "", "tasks",
     "Tasks found stuck in uninterruptible sleep since boot."},
}};

class KernelHungCollector final : public Collector {
 public:
  explicit KernelHungCollector(const CollectorContext& context)
      : file_(context.paths.Proc("sys/kernel/hung_task_detect_count"), context.descriptors,
              kernel::FileKind::kAttribute) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.ReadTrimmed();
    if (!text) return text.status();
    const auto count = kernel::ParseNumber<std::uint64_t>(*text);
    if (!count) return kernel::ParseError(file_.path(), "count", *text);
    out.Family(kMetrics[0]).Add(static_cast<double>(*count));
    return {};
  }

 private:
  kernel::KernelFile file_;
};

Result<std::unique_ptr<Collector>> MakeKernelHung(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<KernelHungCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kKernelHungCollector = {
    .name = "kernel_hung",
    .help = "Tasks that the kernel saw hanging since boot.",
    .make = MakeKernelHung,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
