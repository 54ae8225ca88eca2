// Run-time statistics of XFS file systems, from /sys/fs/xfs/DEVICE/stats/stats.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "collectors/attribute_reader.h"
#include "collectors/collector.h"
#include "collectors/families.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr MetricDesc Count(std::string_view name, std::string_view help) {
  return {name, kCounter, "device", "", help};
}

// Line by line as in kLines, and in each line in the order of its numbers.
constexpr auto kMetrics = std::to_array<MetricDesc>({
    Count("node_xfs_extent_allocation_extents_allocated_total", "Extents that were allocated."),
    {"node_xfs_extent_allocation_blocks_allocated_total", kCounter, "device", "blocks",
     "Blocks that were allocated."},
    Count("node_xfs_extent_allocation_extents_freed_total", "Extents that were freed."),
    {"node_xfs_extent_allocation_blocks_freed_total", kCounter, "device", "blocks",
     "Blocks that were freed."},

    Count("node_xfs_allocation_btree_lookups_total", "Lookups in the B-trees of free space."),
    Count("node_xfs_allocation_btree_compares_total", "Comparisons in the B-trees of free space."),
    Count("node_xfs_allocation_btree_records_inserted_total",
          "Records inserted into the B-trees of free space."),
    Count("node_xfs_allocation_btree_records_deleted_total",
          "Records deleted from the B-trees of free space."),

    Count("node_xfs_block_mapping_reads_total", "Block maps of a file read for reading."),
    Count("node_xfs_block_mapping_writes_total", "Block maps of a file read for writing."),
    Count("node_xfs_block_mapping_unmaps_total", "Block unmaps: ranges taken from a file."),
    Count("node_xfs_block_mapping_extent_list_insertions_total",
          "Extents inserted into the list of a file."),
    Count("node_xfs_block_mapping_extent_list_deletions_total",
          "Extents deleted from the list of a file."),
    Count("node_xfs_block_mapping_extent_list_lookups_total",
          "Lookups in the list of extents of a file."),
    Count("node_xfs_block_mapping_extent_list_compares_total",
          "Comparisons in the list of extents of a file."),

    Count("node_xfs_block_map_btree_lookups_total", "Lookups in the block-map B-trees of files."),
    Count("node_xfs_block_map_btree_compares_total",
          "Comparisons in the block-map B-trees of files."),
    Count("node_xfs_block_map_btree_records_inserted_total",
          "Records inserted into the block-map B-trees of files."),
    Count("node_xfs_block_map_btree_records_deleted_total",
          "Records deleted from the block-map B-trees of files."),

    Count("node_xfs_directory_operation_lookup_total",
          "Lookups of a name in a directory that the name cache could not answer."),
    Count("node_xfs_directory_operation_create_total", "Entries made in a directory."),
    Count("node_xfs_directory_operation_remove_total", "Entries removed from a directory."),
    Count("node_xfs_directory_operation_getdents_total", "Times that a directory was listed."),

    Count("node_xfs_inode_operation_attempts_total", "Lookups in the inode cache."),
    Count("node_xfs_inode_operation_found_total", "Lookups that found the inode in the cache."),
    Count("node_xfs_inode_operation_recycled_total",
          "Lookups that found the inode just when it was being recycled."),
    Count("node_xfs_inode_operation_missed_total", "Lookups of an inode that was not cached."),
    Count("node_xfs_inode_operation_duplicates_total",
          "Inodes read in vain, because another task had just put them into the cache."),
    Count("node_xfs_inode_operation_reclaims_total", "Inodes dropped from the cache."),
    Count("node_xfs_inode_operation_attribute_changes_total",
          "Explicit changes of the attributes of an inode."),

    {"node_xfs_write_calls_total", kCounter, "device", "calls", "Calls that wrote to a file."},
    {"node_xfs_read_calls_total", kCounter, "device", "calls", "Calls that read from a file."},

    Count("node_xfs_vnode_active_total", "Vnodes that are on no list of free ones."),
    Count("node_xfs_vnode_allocate_total", "Vnodes that were allocated."),
    Count("node_xfs_vnode_get_total", "References taken to a vnode by looking it up."),
    Count("node_xfs_vnode_hold_total", "References taken to a vnode that was held already."),
    Count("node_xfs_vnode_release_total", "References to a vnode that were given back."),
    Count("node_xfs_vnode_reclaim_total", "Vnodes that were reclaimed."),
    Count("node_xfs_vnode_remove_total", "Vnodes that were removed."),
});

// A line of the file and how many of its first numbers are exported.
struct StatsLine {
  std::string_view name;
  std::size_t count;
};
constexpr auto kLines = std::to_array<StatsLine>({
    {"extent_alloc", 4},
    {"abt", 4},
    {"blk_map", 7},
    {"bmbt", 4},
    {"dir", 4},
    {"ig", 7},
    {"rw", 2},
    {"vnodes", 7},
});

using Families = std::array<FamilyBuilder*, kMetrics.size()>;

// The families of the line with this name, empty where it is not exported.
std::span<FamilyBuilder* const> FamiliesOf(std::string_view name, const Families& families) {
  std::size_t first = 0;
  for (const StatsLine& line : kLines) {
    if (line.name == name) return std::span(families).subspan(first, line.count);
    first += line.count;
  }
  return {};
}

class XfsCollector final : public Collector {
 public:
  explicit XfsCollector(const CollectorContext& context)
      : descriptors_(context.descriptors), directory_(context.paths.Sys("fs/xfs"), descriptors_) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    // Fine where the kernel has no XFS, as node_exporter has it.
    if (!names) return names.status().code() == ErrorCode::kAbsent ? Status() : names.status();
    const Families families = OpenFamilies(kMetrics, out);
    AttributeReader reader;
    devices_.Begin();
    for (const std::string_view name : *names) {
      kernel::KernelFile& file = FindDevice(name);
      // Beside the devices there are directories without such a file: debug, error, stats.
      if (const auto text = reader.Text(file)) reader.Note(Add(name, file, *text, families));
    }
    devices_.End();
    return reader.TakeStatus();
  }

 private:
  kernel::KernelFile& FindDevice(std::string_view name) {
    if (kernel::KernelFile* const known = devices_.Find(name)) return *known;
    std::string path = directory_.path() + "/";
    return devices_.Add(name, path.append(name).append("/stats/stats"), descriptors_,
                        kernel::FileKind::kAttribute);
  }

  static Status Add(std::string_view device, const kernel::KernelFile& file, std::string_view text,
                    const Families& families) {
    Status status;
    kernel::LineScanner lines(text);
    for (std::string_view line; lines.Next(line);) {
      kernel::FieldScanner fields(line);
      for (FamilyBuilder* const family : FamiliesOf(fields.Next(), families)) {
        const auto value = fields.NextNumber<std::uint64_t>();
        if (value) {
          family->Add({{"device", device}}, static_cast<double>(*value));
        } else if (status.ok()) {
          status = kernel::ParseError(file.path(), "line " + std::to_string(lines.number()), line);
        }
      }
    }
    return status;
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<kernel::KernelFile> devices_;
};

Result<std::unique_ptr<Collector>> MakeXfs(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<XfsCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kXfsCollector = {
    .name = "xfs",
    .help = "Run-time statistics of XFS file systems.",
    .make = MakeXfs,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
