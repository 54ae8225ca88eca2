// Load averages from /proc/loadavg.

#include <array>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

// In the order of the file's fields.
constexpr std::array<MetricDesc, 3> kMetrics = {{
    {"node_load1", kGauge, "", "", "Tasks running or waiting for CPU or disk, 1 minute average."},
    {"node_load5", kGauge, "", "", "Tasks running or waiting for CPU or disk, 5 minute average."},
    {"node_load15", kGauge, "", "", "Tasks running or waiting for CPU or disk, 15 minute average."},
}};

class LoadavgCollector final : public Collector {
 public:
  explicit LoadavgCollector(const CollectorContext& context)
      : file_(context.paths.Proc("loadavg"), context.descriptors, kernel::FileKind::kSingle) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.ReadTrimmed();
    if (!text) return text.status();

    kernel::FieldScanner fields(*text);
    for (const MetricDesc& metric : kMetrics) {
      const auto load = kernel::ParseDouble(fields.Next());
      if (!load) return kernel::ParseError(file_.path(), metric.name, *text);
      out.Family(metric).Add(*load);
    }
    return {};
  }

 private:
  kernel::KernelFile file_;
};

Result<std::unique_ptr<Collector>> MakeLoadavg(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<LoadavgCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kLoadavgCollector = {
    .name = "loadavg",
    .help = "Load averages of 1, 5 and 15 minutes (/proc/loadavg).",
    .make = MakeLoadavg,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
