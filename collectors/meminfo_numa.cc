// Use of memory by NUMA node, from /sys/devices/system/node/nodeN/{meminfo,numastat}.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
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

constexpr std::string_view kPrefix = "node_memory_numa_";

// Every field of the files is reported, those below with a help of their own.
constexpr MetricDesc kMeminfoField = {"node_memory_numa_<field>", kGauge, "node", "bytes",
                                      "A field of the node's meminfo."};
constexpr MetricDesc kNumastatField = {"node_memory_numa_<field>_total", kCounter, "node", "pages",
                                       "A field of the node's numastat."};
constexpr auto kMetrics = std::to_array<MetricDesc>({
    kMeminfoField,
    kNumastatField,
    {"node_memory_numa_Active", kGauge, "node", "bytes", "Memory that was used lately."},
    {"node_memory_numa_Active_anon", kGauge, "node", "bytes",
     "Anonymous memory that was used lately."},
    {"node_memory_numa_Active_file", kGauge, "node", "bytes", "Page cache that was used lately."},
    {"node_memory_numa_AnonHugePages", kGauge, "node", "bytes", "Anonymous memory in huge pages."},
    {"node_memory_numa_AnonPages", kGauge, "node", "bytes", "Anonymous memory mapped by programs."},
    {"node_memory_numa_Bounce", kGauge, "node", "bytes", "Bounce buffers of block devices."},
    {"node_memory_numa_Dirty", kGauge, "node", "bytes",
     "Memory that waits to be written to a disk."},
    {"node_memory_numa_FilePages", kGauge, "node", "bytes", "Page cache."},
    {"node_memory_numa_HugePages_Free", kGauge, "node", "pages",
     "Huge pages in the pool that are not allocated."},
    {"node_memory_numa_HugePages_Surp", kGauge, "node", "pages",
     "Huge pages above the size of the pool."},
    {"node_memory_numa_HugePages_Total", kGauge, "node", "pages", "Huge pages in the pool."},
    {"node_memory_numa_Inactive", kGauge, "node", "bytes", "Memory that was not used lately."},
    {"node_memory_numa_Inactive_anon", kGauge, "node", "bytes",
     "Anonymous memory that was not used lately."},
    {"node_memory_numa_Inactive_file", kGauge, "node", "bytes",
     "Page cache that was not used lately."},
    {"node_memory_numa_KernelStack", kGauge, "node", "bytes", "Stacks of tasks in the kernel."},
    {"node_memory_numa_Mapped", kGauge, "node", "bytes", "Files mapped by programs."},
    {"node_memory_numa_MemFree", kGauge, "node", "bytes", "Memory that is not used for anything."},
    {"node_memory_numa_MemTotal", kGauge, "node", "bytes", "Memory that the kernel manages."},
    {"node_memory_numa_MemUsed", kGauge, "node", "bytes", "Memory that is not free."},
    {"node_memory_numa_Mlocked", kGauge, "node", "bytes", "Memory that programs have locked."},
    {"node_memory_numa_NFS_Unstable", kGauge, "node", "bytes",
     "Memory sent to NFS servers and not yet on their disks."},
    {"node_memory_numa_PageTables", kGauge, "node", "bytes", "Page tables."},
    {"node_memory_numa_SReclaimable", kGauge, "node", "bytes",
     "Slab caches that can be reclaimed."},
    {"node_memory_numa_SUnreclaim", kGauge, "node", "bytes",
     "Slab caches that cannot be reclaimed."},
    {"node_memory_numa_Shmem", kGauge, "node", "bytes", "Shared memory and tmpfs."},
    {"node_memory_numa_Slab", kGauge, "node", "bytes", "Slab caches of the kernel."},
    {"node_memory_numa_Unevictable", kGauge, "node", "bytes", "Memory that cannot be reclaimed."},
    {"node_memory_numa_Writeback", kGauge, "node", "bytes",
     "Memory that is being written to a disk."},
    {"node_memory_numa_WritebackTmp", kGauge, "node", "bytes", "Buffers of FUSE for writing back."},
    {"node_memory_numa_interleave_hit_total", kCounter, "node", "pages",
     "Pages that went to this node as interleaving wanted."},
    {"node_memory_numa_local_node_total", kCounter, "node", "pages",
     "Pages of this node given to a task that ran on it."},
    {"node_memory_numa_numa_foreign_total", kCounter, "node", "pages",
     "Pages wanted from this node that another one gave."},
    {"node_memory_numa_numa_hit_total", kCounter, "node", "pages",
     "Pages of this node that were wanted from it."},
    {"node_memory_numa_numa_miss_total", kCounter, "node", "pages",
     "Pages of this node that were wanted from another one."},
    {"node_memory_numa_other_node_total", kCounter, "node", "pages",
     "Pages of this node given to a task that ran on another one."},
});

// "Active(anon)" -> "node_memory_numa_Active_anon".
std::string MetricName(std::string_view field, std::string_view suffix) {
  std::string name(kPrefix);
  for (const char c : field) {
    if (c == ')') continue;
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += fits ? c : '_';
  }
  return name.append(suffix);
}

// The metrics of the lines of a file, which hardly ever change, so that their names are made once.
class LineMetrics {
 public:
  // Fields that are not known are named with `suffix` and described as `otherwise` is.
  LineMetrics(std::string_view suffix, const MetricDesc& otherwise)
      : suffix_(suffix), otherwise_(otherwise) {}

  FamilyBuilder& Open(int number, std::string_view field, MetricBatch& out) {
    const auto index = static_cast<std::size_t>(number) - 1;
    if (index >= lines_.size()) lines_.resize(index + 1);
    Line& line = lines_[index];
    if (line.field != field || line.metric.empty()) Learn(field, line);
    return out.Family(line.metric, line.help, otherwise_.type);
  }

 private:
  struct Line {
    std::string field;
    std::string metric;
    std::string_view help;
  };

  void Learn(std::string_view field, Line& line) const {
    line.field = field;
    line.metric = MetricName(field, suffix_);
    const auto known = std::find_if(kMetrics.begin(), kMetrics.end(), [&](const MetricDesc& desc) {
      return desc.name == line.metric && desc.type == otherwise_.type;
    });
    line.help = known != kMetrics.end() ? known->help : otherwise_.help;
  }

  const std::string_view suffix_;
  const MetricDesc& otherwise_;
  std::vector<Line> lines_;
};

struct Node {
  Node(const std::string& nodes, std::string_view node, kernel::DescriptorBudget& budget)
      : Node(nodes + "/" + std::string(node), budget) {}
  Node(const std::string& directory, kernel::DescriptorBudget& budget)
      : meminfo(directory + "/meminfo", budget, kernel::FileKind::kAttribute),
        numastat(directory + "/numastat", budget, kernel::FileKind::kAttribute) {}

  kernel::KernelFile meminfo;
  kernel::KernelFile numastat;
  LineMetrics meminfo_metrics{"", kMeminfoField};
  LineMetrics numastat_metrics{"_total", kNumastatField};
};

// "node12" -> "12"; empty for the neighbours of the nodes (online, possible, has_cpu ...).
std::string_view NodeNumber(std::string_view directory) {
  constexpr std::string_view kNode = "node";
  if (!directory.starts_with(kNode)) return {};
  const std::string_view number = directory.substr(kNode.size());
  return kernel::ParseNumber<unsigned>(number) ? number : std::string_view();
}

class MeminfoNumaCollector final : public Collector {
 public:
  explicit MeminfoNumaCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        directory_(context.paths.Sys("devices/system/node"), descriptors_) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    if (!names) return NoDirectory(names.status());
    Status status;
    nodes_.Begin();
    for (const std::string_view name : *names) {
      const std::string_view number = NodeNumber(name);
      if (number.empty()) continue;
      Node& node = nodes_.FindOrAdd(name, directory_.path(), name, descriptors_);
      Status of_node = AddMeminfo(number, node, out);
      if (of_node.ok()) of_node = AddNumastat(number, node, out);
      // Memory can be taken out of a running host, and a node with it.
      if (of_node.code() == ErrorCode::kAbsent) continue;
      if (status.ok()) status = std::move(of_node);
    }
    nodes_.End();
    return status;
  }

 private:
  // A kernel without NUMA has no nodes, which is fine with node_exporter.
  static Status NoDirectory(const Status& status) {
    return status.code() == ErrorCode::kAbsent ? Status() : status;
  }

  // "Node 0 MemTotal:  7169824 kB", or without a unit.
  static Status AddMeminfo(std::string_view number, Node& node, MetricBatch& out) {
    const auto text = node.meminfo.Read();
    if (!text) return text.status();
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      kernel::FieldScanner fields(line);
      fields.Skip(2);
      std::string_view field = fields.Next();
      if (field.empty()) continue;
      if (field.ends_with(':')) field.remove_suffix(1);
      const auto value = fields.NextNumber<std::uint64_t>();
      const std::string_view unit = fields.Next();
      if (!value || !(unit.empty() || unit == "kB") || !fields.Next().empty()) {
        return kernel::ParseError(node.meminfo.path(), field, line);
      }
      node.meminfo_metrics.Open(lines.number(), field, out)
          .Add({{"node", number}}, static_cast<double>(*value) * (unit.empty() ? 1 : 1024));
    }
    return {};
  }

  static Status AddNumastat(std::string_view number, Node& node, MetricBatch& out) {
    const auto text = node.numastat.Read();
    if (!text) return text.status();
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      kernel::FieldScanner fields(line);
      const std::string_view field = fields.Next();
      if (field.empty()) continue;
      const auto value = fields.NextNumber<std::uint64_t>();
      if (!value || !fields.Next().empty()) {
        return kernel::ParseError(node.numastat.path(), field, line);
      }
      node.numastat_metrics.Open(lines.number(), field, out)
          .Add({{"node", number}}, static_cast<double>(*value));
    }
    return {};
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  KeptDevices<Node> nodes_;
};

Result<std::unique_ptr<Collector>> MakeMeminfoNuma(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<MeminfoNumaCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kMeminfoNumaCollector = {
    .name = "meminfo_numa",
    .on_by_default = false,
    .help = "Memory use by NUMA node (/sys/devices/system/node).",
    .make = MakeMeminfoNuma,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
