// The kernel's entropy pool, from /proc/sys/kernel/random/.

#include <array>
#include <cstdint>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 2> kMetrics = {{
    {"node_entropy_available_bits", kGauge, "", "bits", "Entropy in the kernel's pool."},
    {"node_entropy_pool_size_bits", kGauge, "", "bits", "Entropy that the kernel's pool can hold."},
}};

class EntropyCollector final : public Collector {
 public:
  explicit EntropyCollector(const CollectorContext& context)
      : files_{Open(context, "entropy_avail"), Open(context, "poolsize")} {}

  Status Collect(MetricBatch& out) override {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const auto text = files_[i].ReadTrimmed();
      if (!text) return text.status();
      const auto bits = kernel::ParseNumber<std::uint64_t>(*text);
      if (!bits) return kernel::ParseError(files_[i].path(), kMetrics[i].name, *text);
      out.Family(kMetrics[i]).Add(static_cast<double>(*bits));
    }
    return {};
  }

 private:
  static kernel::KernelFile Open(const CollectorContext& context, std::string_view name) {
    return {context.paths.Proc("sys/kernel/random/" + std::string(name)), context.descriptors,
            kernel::FileKind::kAttribute};
  }

  std::array<kernel::KernelFile, kMetrics.size()> files_;  // In the order of the metrics.
};

Result<std::unique_ptr<Collector>> MakeEntropy(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<EntropyCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kEntropyCollector = {
    .name = "entropy",
    .help = "Entropy that the kernel has and can hold (/proc/sys/kernel/random).",
    .make = MakeEntropy,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
