// Control groups by controller, from /proc/cgroups.

#include <array>
#include <cstdint>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

// In the order of the last two columns of the file.
constexpr std::array<MetricDesc, 2> kMetrics = {{
    {"node_cgroups_cgroups", kGauge, "subsys_name", "cgroups",
     "Control groups of the hierarchy that the controller is attached to."},
    {"node_cgroups_enabled", kGauge, "subsys_name", "bool",
     "1 where the controller is enabled, 0 where it was disabled at boot."},
}};

class CgroupsCollector final : public Collector {
 public:
  explicit CgroupsCollector(const CollectorContext& context)
      : file_(context.paths.Proc("cgroups"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();

    const auto families = OpenFamilies(kMetrics, out);
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      if (line.starts_with('#')) continue;  // The heading.
      kernel::FieldScanner fields(line);
      const std::string_view controller = fields.Next();
      fields.Skip(1);  // The number of the hierarchy.
      for (std::size_t i = 0; i < families.size(); ++i) {
        const auto value = fields.NextNumber<std::uint64_t>();
        if (!value) return kernel::ParseError(file_.path(), kMetrics[i].name, line);
        families[i]->Add({{"subsys_name", controller}}, static_cast<double>(*value));
      }
    }
    return {};
  }

 private:
  kernel::KernelFile file_;
};

Result<std::unique_ptr<Collector>> MakeCgroups(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<CgroupsCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kCgroupsCollector = {
    .name = "cgroups",
    .on_by_default = false,
    .help = "Number of control groups by controller (/proc/cgroups).",
    .make = MakeCgroups,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
