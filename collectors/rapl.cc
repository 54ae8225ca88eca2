// Energy used by the power domains of the CPU (RAPL), from /sys/class/powercap.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kZoneLabelFlag = "collector.rapl.enable-zone-label";
constexpr std::array<FlagSpec, 1> kFlags = {{
    {.name = kZoneLabelFlag,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Name the zone in a label, not in the metric."},
}};

constexpr MetricDesc kByName = {
    "node_rapl_<zone>_joules_total", kCounter, "index,path", "joules",
    "Energy used by a power domain; begins anew at the end of the hardware's range."};
constexpr MetricDesc kZoneLabelled = {
    "node_rapl_joules_total", kCounter, "index,path,rapl_zone", "joules",
    "Energy used by a power domain; begins anew at the end of the hardware's range."};
constexpr std::array<MetricDesc, 2> kMetrics = {kByName, kZoneLabelled};

// "package-0" is number 0 of the zones "package". Where a name has no number, zones are counted.
struct ZoneName {
  std::string_view name;
  std::optional<std::uint32_t> index;
};

ZoneName SplitZoneName(std::string_view name) {
  const std::size_t dash = name.find('-');
  if (dash == name.npos) return {name, std::nullopt};
  const auto index = kernel::ParseNumber<std::uint32_t>(name.substr(dash + 1));
  return {index ? name.substr(0, dash) : name, index};
}

constexpr bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// What a metric's name cannot have becomes an underscore, with the underscores around it.
std::string MetricName(std::string_view zone) {
  std::string metric = "node_rapl_";
  while (!zone.empty()) {
    const auto word_end = std::find_if_not(zone.begin(), zone.end(), IsAlphanumeric);
    const auto gap_end = std::find_if(word_end, zone.end(), IsAlphanumeric);
    metric.append(zone.begin(), word_end);
    const std::string_view gap(word_end, gap_end);
    metric.append(gap.find_first_not_of('_') == gap.npos ? gap : "_");
    zone = std::string_view(gap_end, zone.end());
  }
  return metric + "_joules_total";
}

struct Zone {
  Zone(std::string_view directory, kernel::DescriptorBudget& budget)
      : path(directory),
        name_file(path + "/name", budget, kernel::FileKind::kAttribute),
        energy_file(path + "/energy_uj", budget, kernel::FileKind::kAttribute) {}

  const std::string path;
  kernel::KernelFile name_file;
  kernel::KernelFile energy_file;
  std::string name;    // As last read, without its number.
  std::string metric;  // Made from it.
};

class RaplCollector final : public Collector {
 public:
  explicit RaplCollector(const CollectorContext& context)
      : with_zone_label_(context.flags.Bool(kZoneLabelFlag)),
        descriptors_(context.descriptors),
        directory_(context.paths.Sys("class/powercap"), context.descriptors) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return names.status();

    Status status;
    next_index_.clear();
    zones_.Begin();
    for (const std::string_view name : *names) {
      if (Status of_zone = AddZone(Find(name), out); status.ok()) status = std::move(of_zone);
    }
    zones_.End();
    return status;
  }

 private:
  Zone& Find(std::string_view name) {
    if (Zone* const known = zones_.Find(name)) return *known;
    std::string path = directory_.path() + "/";
    return zones_.Add(name, path.append(name), descriptors_);
  }

  Status AddZone(Zone& zone, MetricBatch& out) {
    const auto name = zone.name_file.TryReadTrimmed();
    if (!name) return {};  // Not a zone, but what zones belong to: "intel-rapl".
    const ZoneName split = SplitZoneName(*name);
    if (zone.name != split.name || zone.metric.empty()) {
      zone.name = split.name;
      zone.metric = MetricName(split.name);
    }
    const std::uint32_t index = TakeIndex(zone.name, split.index);

    const auto text = zone.energy_file.TryReadTrimmed();
    if (!text) return Unread(zone.energy_file);
    const auto microjoules = kernel::ParseNumber<std::uint64_t>(*text);
    if (!microjoules) return kernel::ParseError(zone.energy_file.path(), "energy", *text);
    Add(zone, index, static_cast<double>(*microjoules) / 1e6, out);
    return {};
  }

  // The zone's own index, or the one behind that of the last zone of this name. A host has a
  // handful of names, whatever the number of its packages.
  std::uint32_t TakeIndex(std::string_view name, std::optional<std::uint32_t> own) {
    auto entry = std::find_if(next_index_.begin(), next_index_.end(),
                              [name](const auto& known) { return known.first == name; });
    if (entry == next_index_.end()) entry = next_index_.insert(entry, {name, 0});
    const std::uint32_t index = own.value_or(entry->second);
    entry->second = index + 1;
    return index;
  }

  // A zone that has left, or has no counter of energy, is passed over. For others than root the
  // counter is closed since Linux 5.10, because it gives secrets away (PLATYPUS).
  static Status Unread(const kernel::KernelFile& file) {
    Status status = kernel::ErrnoStatus(file.path(), "read", file.last_errno());
    return status.code() == ErrorCode::kAbsent ? Status() : status;
  }

  void Add(const Zone& zone, std::uint32_t index, double joules, MetricBatch& out) const {
    std::array<char, 10> digits;
    const char* const end = std::to_chars(digits.begin(), digits.end(), index).ptr;
    const LabelView index_label = {"index", std::string_view(digits.data(), end)};
    const LabelView path_label = {"path", zone.path};
    if (with_zone_label_) {
      out.Family(kZoneLabelled).Add({index_label, path_label, {"rapl_zone", zone.name}}, joules);
    } else {
      out.Family(zone.metric, kByName.help, kByName.type).Add({index_label, path_label}, joules);
    }
  }

  const bool with_zone_label_;
  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<Zone> zones_;
  // Of the collection that is going on; the names are those of the zones.
  std::vector<std::pair<std::string_view, std::uint32_t>> next_index_;
};

Result<std::unique_ptr<Collector>> MakeRapl(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<RaplCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kRaplCollector = {
    .name = "rapl",
    .help = "Energy counters of the CPU package (needs root).",
    .make = MakeRapl,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
