// Free memory by the size of its blocks, from /proc/buddyinfo.

#include <array>
#include <cstdint>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/decimal.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 1> kMetrics = {{
    {"node_buddyinfo_blocks", kGauge, "node,size,zone", "blocks",
     "Free blocks of two to the power of `size` pages."},
}};

class BuddyinfoCollector final : public Collector {
 public:
  explicit BuddyinfoCollector(const CollectorContext& context)
      : file_(context.paths.Proc("buddyinfo"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();

    FamilyBuilder& blocks = out.Family(kMetrics[0]);
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      if (Status status = AddZone(line, blocks); !status) return status;
    }
    return {};
  }

 private:
  // "Node 0, zone   Normal   1414    559 ...": a column an order.
  Status AddZone(std::string_view line, FamilyBuilder& blocks) const {
    kernel::FieldScanner fields(line);
    fields.Skip(1);
    std::string_view node = fields.Next();
    if (node.ends_with(',')) node.remove_suffix(1);
    fields.Skip(1);
    const std::string_view zone = fields.Next();
    if (zone.empty()) return kernel::ParseError(file_.path(), "node and zone", line);

    std::uint64_t order = 0;
    for (auto field = fields.Next(); !field.empty(); field = fields.Next()) {
      const auto count = kernel::ParseNumber<std::uint64_t>(field);
      if (!count) return kernel::ParseError(file_.path(), field, line);
      const Decimal size(order++);
      blocks.Add({{"node", node}, {"size", size.text()}, {"zone", zone}},
                 static_cast<double>(*count));
    }
    return {};
  }

  kernel::KernelFile file_;
};

Result<std::unique_ptr<Collector>> MakeBuddyinfo(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<BuddyinfoCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kBuddyinfoCollector = {
    .name = "buddyinfo",
    .on_by_default = false,
    .help = "Free page blocks by order, zone and node (/proc/buddyinfo).",
    .make = MakeBuddyinfo,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
