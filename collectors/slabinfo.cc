// Slab caches of the kernel, from /proc/slabinfo, which only root may read.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/device_filter.h"
#include "collectors/families.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kInclude = "collector.slabinfo.slabs-include";
constexpr std::string_view kExclude = "collector.slabinfo.slabs-exclude";
constexpr std::array<FlagSpec, 2> kFlags = {{
    {.name = kInclude,
     .type = FlagType::kRegex,
     .default_value = ".*",
     .help = "Slab caches to report."},
    {.name = kExclude, .type = FlagType::kRegex, .help = "Slab caches to leave out."},
}};

// In the order of the columns behind the name.
constexpr std::array<MetricDesc, 5> kMetrics = {{
    {"node_slabinfo_active_objects", kGauge, "slab", "", "Objects of the cache that are in use."},
    {"node_slabinfo_objects", kGauge, "slab", "", "Objects that the cache has allocated."},
    {"node_slabinfo_object_size_bytes", kGauge, "slab", "bytes", "Size of an object of the cache."},
    {"node_slabinfo_objects_per_slab", kGauge, "slab", "", "Objects in a slab of the cache."},
    {"node_slabinfo_pages_per_slab", kGauge, "slab", "", "Pages that a slab of the cache takes."},
}};

class SlabinfoCollector final : public Collector {
 public:
  explicit SlabinfoCollector(const CollectorContext& context)
      : file_(context.paths.Proc("slabinfo"), context.descriptors),
        wants_(context.flags.String(kInclude), context.flags.String(kExclude)) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();

    const auto families = OpenFamilies(kMetrics, out);
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      if (line.starts_with("slabinfo - ") || line.starts_with("# name")) continue;
      if (Status status = AddCache(line, families); !status) return status;
    }
    return {};
  }

 private:
  using Families = std::array<FamilyBuilder*, kMetrics.size()>;

  Status AddCache(std::string_view line, const Families& families) const {
    kernel::FieldScanner fields(line);
    const std::string_view cache = fields.Next();
    if (!wants_(cache)) return {};
    for (std::size_t i = 0; i < families.size(); ++i) {
      const auto value = fields.NextNumber<std::uint64_t>();
      if (!value) return kernel::ParseError(file_.path(), kMetrics[i].name, line);
      families[i]->Add({{"slab", cache}}, static_cast<double>(*value));
    }
    return {};
  }

  kernel::KernelFile file_;
  const DeviceFilter wants_;
};

Result<std::unique_ptr<Collector>> MakeSlabinfo(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<SlabinfoCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kSlabinfoCollector = {
    .name = "slabinfo",
    .on_by_default = false,
    .help = "Slab caches of the kernel (/proc/slabinfo, needs root).",
    .make = MakeSlabinfo,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
