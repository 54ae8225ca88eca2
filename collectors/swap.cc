// Use of each swap device and swap file, from /proc/swaps.

#include <array>
#include <cstdint>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr MetricDesc kSize = {"node_swap_size_bytes", kGauge, "device,swap_type", "bytes",
                              "Size of the swap device."};
constexpr MetricDesc kUsed = {"node_swap_used_bytes", kGauge, "device,swap_type", "bytes",
                              "Part of the swap device that holds pages."};
constexpr MetricDesc kPriority = {"node_swap_priority", kGauge, "device,swap_type", "",
                                  "Priority of the swap device; the highest is used first."};
constexpr std::array<MetricDesc, 3> kMetrics = {kPriority, kSize, kUsed};

class SwapCollector final : public Collector {
 public:
  explicit SwapCollector(const CollectorContext& context)
      : file_(context.paths.Proc("swaps"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();

    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      if (lines.number() == 1) continue;  // The heading.
      if (Status status = AddDevice(line, out); !status) return status;
    }
    return {};
  }

 private:
  // The device keeps the escapes that the kernel prints for white space: "/swap\040(deleted)".
  Status AddDevice(std::string_view line, MetricBatch& out) const {
    kernel::FieldScanner fields(line);
    const std::string_view device = fields.Next();
    const std::string_view type = fields.Next();
    const auto size = fields.NextNumber<std::uint64_t>();
    const auto used = fields.NextNumber<std::uint64_t>();
    const auto priority = fields.NextNumber<std::int64_t>();
    if (!size || !used || !priority) {
      return kernel::ParseError(file_.path(), "size, used and priority", line);
    }
    const std::array<LabelView, 2> labels = {{{"device", device}, {"swap_type", type}}};
    out.Family(kPriority).Add(labels, static_cast<double>(*priority));
    out.Family(kSize).Add(labels, static_cast<double>(*size) * 1024);
    out.Family(kUsed).Add(labels, static_cast<double>(*used) * 1024);
    return {};
  }

  kernel::KernelFile file_;
};

Result<std::unique_ptr<Collector>> MakeSwap(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<SwapCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kSwapCollector = {
    .name = "swap",
    .on_by_default = false,
    .help = "Use of each swap device (/proc/swaps).",
    .make = MakeSwap,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
