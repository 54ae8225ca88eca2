// Use of memory from /proc/meminfo: the fields that node_exporter has, and no others.

#include <algorithm>
#include <array>
#include <cstdint>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

// In the order in which Linux 6 prints the fields.
constexpr auto kFields = std::to_array<std::string_view>({
    "MemTotal",       "MemFree",
    "MemAvailable",   "Buffers",
    "Cached",         "SwapCached",
    "Active",         "Inactive",
    "Active(anon)",   "Inactive(anon)",
    "Active(file)",   "Inactive(file)",
    "Unevictable",    "Mlocked",
    "SwapTotal",      "SwapFree",
    "Zswap",          "Zswapped",
    "Dirty",          "Writeback",
    "AnonPages",      "Mapped",
    "Shmem",          "Slab",
    "SReclaimable",   "SUnreclaim",
    "KernelStack",    "PageTables",
    "NFS_Unstable",   "Bounce",
    "WritebackTmp",   "CommitLimit",
    "Committed_AS",   "VmallocTotal",
    "VmallocUsed",    "VmallocChunk",
    "Percpu",         "HardwareCorrupted",
    "AnonHugePages",  "ShmemHugePages",
    "ShmemPmdMapped", "CmaTotal",
    "CmaFree",        "HugePages_Total",
    "HugePages_Free", "HugePages_Rsvd",
    "HugePages_Surp", "Hugepagesize",
    "DirectMap4k",    "DirectMap2M",
    "DirectMap1G",
});

constexpr std::array<MetricDesc, kFields.size()> kMetrics = {{
    {"node_memory_MemTotal_bytes", kGauge, "", "bytes", "Memory that the kernel manages."},
    {"node_memory_MemFree_bytes", kGauge, "", "bytes", "Memory that is not used for anything."},
    {"node_memory_MemAvailable_bytes", kGauge, "", "bytes",
     "Memory that new programs could get without swapping."},
    {"node_memory_Buffers_bytes", kGauge, "", "bytes", "Block device buffers."},
    {"node_memory_Cached_bytes", kGauge, "", "bytes",
     "Page cache, without swap cache and buffers."},
    {"node_memory_SwapCached_bytes", kGauge, "", "bytes",
     "Swapped pages that are in memory as well."},
    {"node_memory_Active_bytes", kGauge, "", "bytes", "Memory that was used lately."},
    {"node_memory_Inactive_bytes", kGauge, "", "bytes", "Memory that was not used lately."},
    {"node_memory_Active_anon_bytes", kGauge, "", "bytes",
     "Anonymous memory that was used lately."},
    {"node_memory_Inactive_anon_bytes", kGauge, "", "bytes",
     "Anonymous memory that was not used lately."},
    {"node_memory_Active_file_bytes", kGauge, "", "bytes", "Page cache that was used lately."},
    {"node_memory_Inactive_file_bytes", kGauge, "", "bytes",
     "Page cache that was not used lately."},
    {"node_memory_Unevictable_bytes", kGauge, "", "bytes", "Memory that cannot be reclaimed."},
    {"node_memory_Mlocked_bytes", kGauge, "", "bytes", "Memory that programs have locked."},
    {"node_memory_SwapTotal_bytes", kGauge, "", "bytes", "Size of all swap space."},
    {"node_memory_SwapFree_bytes", kGauge, "", "bytes", "Swap space that is not used."},
    {"node_memory_Zswap_bytes", kGauge, "", "bytes", "Memory that compressed swap takes."},
    {"node_memory_Zswapped_bytes", kGauge, "", "bytes",
     "Anonymous memory that was swapped into compressed memory."},
    {"node_memory_Dirty_bytes", kGauge, "", "bytes", "Memory that waits to be written to a disk."},
    {"node_memory_Writeback_bytes", kGauge, "", "bytes", "Memory that is being written to a disk."},
    {"node_memory_AnonPages_bytes", kGauge, "", "bytes", "Anonymous memory mapped by programs."},
    {"node_memory_Mapped_bytes", kGauge, "", "bytes", "Files mapped by programs."},
    {"node_memory_Shmem_bytes", kGauge, "", "bytes", "Shared memory and tmpfs."},
    {"node_memory_Slab_bytes", kGauge, "", "bytes", "Slab caches of the kernel."},
    {"node_memory_SReclaimable_bytes", kGauge, "", "bytes", "Slab caches that can be reclaimed."},
    {"node_memory_SUnreclaim_bytes", kGauge, "", "bytes", "Slab caches that cannot be reclaimed."},
    {"node_memory_KernelStack_bytes", kGauge, "", "bytes", "Stacks of tasks in the kernel."},
    {"node_memory_PageTables_bytes", kGauge, "", "bytes", "Page tables."},
    {"node_memory_NFS_Unstable_bytes", kGauge, "", "bytes",
     "Memory sent to NFS servers and not yet on their disks."},
    {"node_memory_Bounce_bytes", kGauge, "", "bytes", "Bounce buffers of block devices."},
    {"node_memory_WritebackTmp_bytes", kGauge, "", "bytes", "Buffers of FUSE for writing back."},
    {"node_memory_CommitLimit_bytes", kGauge, "", "bytes",
     "Memory that may be promised to programs."},
    {"node_memory_Committed_AS_bytes", kGauge, "", "bytes", "Memory that is promised to programs."},
    {"node_memory_VmallocTotal_bytes", kGauge, "", "bytes", "Size of the vmalloc address space."},
    {"node_memory_VmallocUsed_bytes", kGauge, "", "bytes", "Vmalloc address space in use."},
    {"node_memory_VmallocChunk_bytes", kGauge, "", "bytes",
     "Largest free block of the vmalloc address space."},
    {"node_memory_Percpu_bytes", kGauge, "", "bytes", "Memory of per-CPU allocations."},
    {"node_memory_HardwareCorrupted_bytes", kGauge, "", "bytes",
     "Memory that the kernel took out of use as broken."},
    {"node_memory_AnonHugePages_bytes", kGauge, "", "bytes", "Anonymous memory in huge pages."},
    {"node_memory_ShmemHugePages_bytes", kGauge, "", "bytes",
     "Shared memory and tmpfs in huge pages."},
    {"node_memory_ShmemPmdMapped_bytes", kGauge, "", "bytes",
     "Shared memory mapped with huge pages."},
    {"node_memory_CmaTotal_bytes", kGauge, "", "bytes",
     "Memory reserved for contiguous allocations."},
    {"node_memory_CmaFree_bytes", kGauge, "", "bytes",
     "Memory reserved for contiguous allocations that is free."},
    {"node_memory_HugePages_Total", kGauge, "", "pages", "Huge pages in the pool."},
    {"node_memory_HugePages_Free", kGauge, "", "pages",
     "Huge pages in the pool that are not allocated."},
    {"node_memory_HugePages_Rsvd", kGauge, "", "pages",
     "Huge pages promised and not yet allocated."},
    {"node_memory_HugePages_Surp", kGauge, "", "pages", "Huge pages above the size of the pool."},
    {"node_memory_Hugepagesize_bytes", kGauge, "", "bytes", "Size of a huge page."},
    {"node_memory_DirectMap4k_bytes", kGauge, "", "bytes",
     "Kernel memory mapped with pages of 4 KiB."},
    {"node_memory_DirectMap2M_bytes", kGauge, "", "bytes",
     "Kernel memory mapped with pages of 2 MiB."},
    {"node_memory_DirectMap1G_bytes", kGauge, "", "bytes",
     "Kernel memory mapped with pages of 1 GiB."},
}};

// Where the field stands in the tables, looked for from `next` on and then from the start;
// kFields.size() if nowhere. Fields come in this order, so that mostly the first one is it.
std::size_t Find(std::string_view field, std::size_t next) {
  for (std::size_t i = next; i < kFields.size(); ++i) {
    if (kFields[i] == field) return i;
  }
  const auto found = std::find(kFields.begin(), kFields.end(), field);
  return static_cast<std::size_t>(found - kFields.begin());
}

class MeminfoCollector final : public Collector {
 public:
  explicit MeminfoCollector(const CollectorContext& context)
      : file_(context.paths.Proc("meminfo"), context.descriptors, kernel::FileKind::kSingle) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();

    std::size_t next = 0;
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      const std::size_t colon = line.find(':');
      const std::size_t found = Find(line.substr(0, colon), next);
      if (found == kFields.size()) continue;
      next = found + 1;

      kernel::FieldScanner fields(line.substr(std::min(colon, line.size() - 1) + 1));
      const auto value = fields.NextNumber<std::uint64_t>();
      const std::string_view unit = fields.Next();
      if (!value || !(unit.empty() || unit == "kB")) {
        return kernel::ParseError(file_.path(), kFields[found], line);
      }
      out.Family(kMetrics[found]).Add(static_cast<double>(*value) * (unit.empty() ? 1 : 1024));
    }
    return {};
  }

 private:
  kernel::KernelFile file_;
};

Result<std::unique_ptr<Collector>> MakeMeminfo(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<MeminfoCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kMeminfoCollector = {
    .name = "meminfo",
    .help = "Use of memory (/proc/meminfo).",
    .make = MakeMeminfo,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
