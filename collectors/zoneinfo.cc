// Pages and NUMA events by memory zone, from /proc/zoneinfo.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

// What the kernel counts by zone or by node. What it counts by node is printed in the first zone of
// the node that has memory, and reported with the label of that zone, as node_exporter does.
constexpr auto kFields = std::to_array<std::string_view>({
    "high",
    "low",
    "managed",
    "min",
    "nr_active_anon",
    "nr_active_file",
    "nr_anon_pages",
    "nr_anon_transparent_hugepages",
    "nr_dirtied",
    "nr_dirty",
    "nr_file_pages",
    "nr_free_pages",
    "nr_inactive_anon",
    "nr_inactive_file",
    "nr_isolated_anon",
    "nr_isolated_file",
    "nr_kernel_stack",
    "nr_mapped",
    "nr_mlock_stack",
    "nr_shmem",
    "nr_slab_reclaimable",
    "nr_slab_unreclaimable",
    "nr_unevictable",
    "nr_writeback",
    "nr_written",
    "numa_foreign",
    "numa_hit",
    "numa_interleave",
    "numa_local",
    "numa_miss",
    "numa_other",
    "present",
    "scanned",
    "spanned",
});

constexpr MetricDesc Pages(std::string_view name, std::string_view help) {
  return {name, kGauge, "node,zone", "pages", help};
}
constexpr MetricDesc Total(std::string_view name, std::string_view unit, std::string_view help) {
  return {name, kCounter, "node,zone", unit, help};
}

// In the order of the fields, then the elements of "protection:", of which there is one a kind of
// zone: Linux has at most six.
constexpr std::size_t kMostProtections = 6;
constexpr auto kMetrics = std::to_array<MetricDesc>({
    Pages("node_zoneinfo_high_pages", "Free pages at which reclaim in the background stops."),
    Pages("node_zoneinfo_low_pages", "Free pages below which reclaim in the background starts."),
    Pages("node_zoneinfo_managed_pages", "Pages that the allocator of the kernel manages."),
    Pages("node_zoneinfo_min_pages", "Free pages below which allocations have to reclaim."),
    Pages("node_zoneinfo_nr_active_anon_pages", "Anonymous pages that were used lately."),
    Pages("node_zoneinfo_nr_active_file_pages", "Pages of files that were used lately."),
    Pages("node_zoneinfo_nr_anon_pages", "Anonymous pages mapped by programs."),
    Pages("node_zoneinfo_nr_anon_transparent_hugepages", "Anonymous transparent huge pages."),
    Total("node_zoneinfo_nr_dirtied_total", "pages", "Pages that have become dirty."),
    Pages("node_zoneinfo_nr_dirty_pages", "Pages that wait to be written to a disk."),
    Pages("node_zoneinfo_nr_file_pages", "Pages of files in memory."),
    Pages("node_zoneinfo_nr_free_pages", "Free pages."),
    Pages("node_zoneinfo_nr_inactive_anon_pages", "Anonymous pages that were not used lately."),
    Pages("node_zoneinfo_nr_inactive_file_pages", "Pages of files that were not used lately."),
    Pages("node_zoneinfo_nr_isolated_anon_pages", "Anonymous pages taken off their list for now."),
    Pages("node_zoneinfo_nr_isolated_file_pages", "Pages of files taken off their list for now."),
    Pages("node_zoneinfo_nr_kernel_stacks", "Stacks of tasks in the kernel."),
    Pages("node_zoneinfo_nr_mapped_pages", "Pages of files mapped by programs."),
    Pages("node_zoneinfo_nr_mlock_stack_pages", "Pages that programs have locked."),
    Pages("node_zoneinfo_nr_shmem_pages", "Pages of shared memory and tmpfs."),
    Pages("node_zoneinfo_nr_slab_reclaimable_pages", "Slab pages that can be reclaimed."),
    Pages("node_zoneinfo_nr_slab_unreclaimable_pages", "Slab pages that cannot be reclaimed."),
    Pages("node_zoneinfo_nr_unevictable_pages", "Pages that cannot be reclaimed."),
    Pages("node_zoneinfo_nr_writeback_pages", "Pages that are being written to a disk."),
    Total("node_zoneinfo_nr_written_total", "pages", "Pages that were written to a disk."),
    Total("node_zoneinfo_numa_foreign_total", "events",
          "Allocations wanted here that another node served."),
    Total("node_zoneinfo_numa_hit_total", "events", "Allocations wanted and served here."),
    Total("node_zoneinfo_numa_interleave_total", "events",
          "Allocations served here as interleaving wanted."),
    Total("node_zoneinfo_numa_local_total", "events",
          "Allocations served here for a task that ran on this node."),
    Total("node_zoneinfo_numa_miss_total", "events",
          "Allocations served here that were wanted from another node."),
    Total("node_zoneinfo_numa_other_total", "events",
          "Allocations served here for a task that ran on another node."),
    Pages("node_zoneinfo_present_pages", "Pages of memory that are there."),
    Pages("node_zoneinfo_scanned_pages", "Pages scanned since the last reclaim (old kernels)."),
    Pages("node_zoneinfo_spanned_pages", "Pages from the first to the last, gaps included."),
    Pages("node_zoneinfo_protection_0", "Pages held back from allocations of the first zone."),
    Pages("node_zoneinfo_protection_1", "Pages held back from allocations of the second zone."),
    Pages("node_zoneinfo_protection_2", "Pages held back from allocations of the third zone."),
    Pages("node_zoneinfo_protection_3", "Pages held back from allocations of the fourth zone."),
    Pages("node_zoneinfo_protection_4", "Pages held back from allocations of the fifth zone."),
    Pages("node_zoneinfo_protection_5", "Pages held back from allocations of the sixth zone."),
});
static_assert(kMetrics.size() == kFields.size() + kMostProtections);
static_assert(std::is_sorted(kFields.begin(), kFields.end()));

class ZoneinfoCollector final : public Collector {
 public:
  explicit ZoneinfoCollector(const CollectorContext& context)
      : file_(context.paths.Proc("zoneinfo"), context.descriptors) {}

  // A line that is wrong is left out; the first of them is the error.
  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();

    families_ = OpenFamilies(kMetrics, out);
    Status status;
    Zone zone;
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      Status of_line = line.starts_with("Node ") ? Enter(line, zone) : AddLine(line, zone);
      if (status.ok()) status = std::move(of_line);
    }
    return status;
  }

 private:
  struct Zone {
    std::string_view node;
    std::string_view name;  // Empty before the first zone, or where its line is wrong.
  };

  // "Node 0, zone   Normal".
  Status Enter(std::string_view line, Zone& zone) const {
    kernel::FieldScanner fields(line);
    fields.Skip(1);
    zone.node = fields.Next();
    if (zone.node.ends_with(',')) zone.node.remove_suffix(1);
    fields.Skip(1);
    zone.name = fields.Next();
    if (zone.name.empty()) return kernel::ParseError(file_.path(), "node and zone", line);
    return {};
  }

  Status AddLine(std::string_view line, const Zone& zone) {
    kernel::FieldScanner fields(line);
    const std::string_view field = fields.Next();
    if (zone.name.empty()) return {};
    if (field == "protection:") return AddProtection(line, fields.rest(), zone);
    const auto found = std::lower_bound(kFields.begin(), kFields.end(), field);
    if (found == kFields.end() || *found != field) return {};
    const auto value = fields.NextNumber<std::uint64_t>();
    if (!value) return kernel::ParseError(file_.path(), field, line);
    Add(static_cast<std::size_t>(found - kFields.begin()), zone, *value);
    return {};
  }

  // "(0, 3018, 6986, 6986, 6986)".
  Status AddProtection(std::string_view line, std::string_view list, const Zone& zone) {
    list = kernel::Trim(list);
    if (!list.starts_with('(') || !list.ends_with(')')) {
      return kernel::ParseError(file_.path(), "protection", line);
    }
    kernel::FieldScanner fields(list.substr(1, list.size() - 2));
    std::array<std::uint64_t, kMostProtections> pages{};
    std::size_t count = 0;
    for (auto field = fields.Next(); !field.empty(); field = fields.Next()) {
      if (field.ends_with(',')) field.remove_suffix(1);
      const auto value = kernel::ParseNumber<std::uint64_t>(field);
      if (!value || count == pages.size()) {
        return kernel::ParseError(file_.path(), "protection", line);
      }
      pages[count++] = *value;
    }
    for (std::size_t i = 0; i < count; ++i) Add(kFields.size() + i, zone, pages[i]);
    return {};
  }

  void Add(std::size_t metric, const Zone& zone, std::uint64_t value) {
    families_[metric]->Add({{"node", zone.node}, {"zone", zone.name}}, static_cast<double>(value));
  }

  kernel::KernelFile file_;
  std::array<FamilyBuilder*, kMetrics.size()> families_{};  // Of this collection.
};

Result<std::unique_ptr<Collector>> MakeZoneinfo(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<ZoneinfoCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kZoneinfoCollector = {
    .name = "zoneinfo",
    .on_by_default = false,
    .help = "Pages and NUMA events by memory zone (/proc/zoneinfo).",
    .make = MakeZoneinfo,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
