// Statistics of bcache: cache sets, their backing devices and their caches, from /sys/fs/bcache.

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/attribute_reader.h"
#include "collectors/bcache_metrics.h"
#include "collectors/bcache_text.h"
#include "collectors/collector.h"
#include "collectors/fixed_scales.h"
#include "collectors/kept_devices.h"
#include "collectors/kernel/kernel_dir.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kPriorityStats = "collector.bcache.priorityStats";
constexpr std::array<FlagSpec, 1> kFlags = {{
    {.name = kPriorityStats,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Read priority_stats too, which is costly."},
}};

constexpr std::string_view kMicroseconds = "_us";
// node_exporter takes the microseconds of that file for nanoseconds.
constexpr double kBorrowedScale = 1e-9;
constexpr double kMicrosecond = 1e-6;

constexpr auto kAttribute = kernel::FileKind::kAttribute;

template <std::size_t N>
std::vector<kernel::KernelFile> OpenAll(const std::array<BcacheNumberFile, N>& table,
                                        const std::string& directory,
                                        kernel::DescriptorBudget& budget) {
  std::vector<kernel::KernelFile> files;
  files.reserve(N);
  for (const BcacheNumberFile& file : table) {
    files.emplace_back(directory + "/" + std::string(file.path), budget, kAttribute);
  }
  return files;
}

struct Backing {
  Backing(const std::string& directory, kernel::DescriptorBudget& budget)
      : numbers(OpenAll(kBcacheBackingFiles, directory, budget)),
        writeback(directory + "/writeback_rate_debug", budget, kAttribute) {}
  std::vector<kernel::KernelFile> numbers;
  kernel::KernelFile writeback;
};

struct Cache {
  Cache(const std::string& directory, kernel::DescriptorBudget& budget)
      : numbers(OpenAll(kBcacheCacheFiles, directory, budget)),
        priorities(directory + "/priority_stats", budget, kAttribute) {}
  std::vector<kernel::KernelFile> numbers;
  kernel::KernelFile priorities;
};

struct CacheSet {
  CacheSet(const std::string& path, kernel::DescriptorBudget& budget)
      : directory(path, budget), numbers(OpenAll(kBcacheSetFiles, path, budget)) {}
  kernel::KernelDir directory;
  std::vector<kernel::KernelFile> numbers;
  KeptDevices<Backing> backings;
  KeptDevices<Cache> caches;
};

// "bdev0" is a backing device, "cache0" a cache, "cache_available_percent" neither.
bool IsNumbered(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) && name.size() > prefix.size() && name[prefix.size()] >= '0' &&
         name[prefix.size()] <= '9';
}

template <typename Device>
Device& FindBelow(KeptDevices<Device>& devices, const kernel::KernelDir& directory,
                  std::string_view name, kernel::DescriptorBudget& budget) {
  if (Device* const known = devices.Find(name)) return *known;
  std::string path = directory.path() + "/";
  return devices.Add(name, path.append(name), budget);
}

// What is read of one device, and where its samples go.
struct Target {
  std::span<const LabelView> labels;
  AttributeReader& reader;
  MetricBatch& out;
};

template <std::size_t N>
void AddNumbers(const std::array<BcacheNumberFile, N>& table,
                std::vector<kernel::KernelFile>& files, const Target& target) {
  for (std::size_t i = 0; i < N; ++i) {
    const auto value = target.reader.Value(files[i], ParseBcacheNumber);
    if (!value || (*value == 0 && table[i].desc.name == kBcacheReadaheads.name)) continue;
    target.out.Family(table[i].desc).Add(target.labels, *value);
  }
}

template <std::size_t N>
void AddLines(const std::array<BcacheNumberLine, N>& table, kernel::KernelFile& file,
              const Target& target) {
  const auto text = target.reader.Text(file);
  if (!text) return;
  for (const BcacheNumberLine& line : table) {
    const auto field = FindBcacheValue(*text, line.key, line.unit);
    if (!field) continue;
    if (const auto value = ParseBcacheNumber(*field)) {
      target.out.Family(line.desc).Add(target.labels, *value);
    } else {
      target.reader.Note(kernel::ParseError(file.path(), line.key, *field));
    }
  }
}

class BcacheCollector final : public Collector {
 public:
  explicit BcacheCollector(const CollectorContext& context)
      : descriptors_(context.descriptors),
        directory_(context.paths.Sys("fs/bcache"), descriptors_),
        with_priorities_(context.flags.Bool(kPriorityStats)),
        fixed_scales_(WantsFixedScales(context.flags)) {}

  Status Collect(MetricBatch& out) override {
    const auto names = directory_.List();
    // Fine where the kernel has no bcache, as node_exporter has it.
    if (!names) return names.status().code() == ErrorCode::kAbsent ? Status() : names.status();
    AttributeReader reader;
    sets_.Begin();
    for (const std::string_view uuid : *names) {
      if (uuid.find('-') == uuid.npos) continue;  // register, pendings_cleanup and the like.
      AddSet(uuid, FindBelow(sets_, directory_, uuid, descriptors_), reader, out);
    }
    sets_.End();
    return reader.TakeStatus();
  }

  // The priorities of all buckets are copied and sorted for each reading, with allocation held up.
  bool MayBlock() const override { return with_priorities_; }

 private:
  void AddSet(std::string_view uuid, CacheSet& set, AttributeReader& reader, MetricBatch& out) {
    const auto names = set.directory.List();
    if (!names) return;  // It left after it was listed.
    const std::array<LabelView, 1> labels = {{{"uuid", uuid}}};
    AddSetNumbers({labels, reader, out}, set);
    set.backings.Begin();
    set.caches.Begin();
    for (const std::string_view name : *names) {
      if (IsNumbered(name, "bdev")) {
        const std::array<LabelView, 2> of_backing = {{{"backing_device", name}, {"uuid", uuid}}};
        AddBacking({of_backing, reader, out},
                   FindBelow(set.backings, set.directory, name, descriptors_));
      } else if (IsNumbered(name, "cache")) {
        const std::array<LabelView, 2> of_cache = {{{"cache_device", name}, {"uuid", uuid}}};
        AddCache({of_cache, reader, out}, FindBelow(set.caches, set.directory, name, descriptors_));
      }
    }
    set.backings.End();
    set.caches.End();
  }

  void AddSetNumbers(const Target& target, CacheSet& set) const {
    for (std::size_t i = 0; i < kBcacheSetFiles.size(); ++i) {
      const auto value = target.reader.Value(set.numbers[i], ParseBcacheNumber);
      if (!value) continue;
      const bool is_time = kBcacheSetFiles[i].path.ends_with(kMicroseconds);
      const double scale = !is_time ? 1 : fixed_scales_ ? kMicrosecond : kBorrowedScale;
      target.out.Family(kBcacheSetFiles[i].desc).Add(target.labels, *value * scale);
    }
  }

  static void AddBacking(const Target& target, Backing& backing) {
    AddNumbers(kBcacheBackingFiles, backing.numbers, target);
    AddLines(kBcacheWritebackLines, backing.writeback, target);
  }

  void AddCache(const Target& target, Cache& cache) const {
    AddNumbers(kBcacheCacheFiles, cache.numbers, target);
    if (with_priorities_) AddLines(kBcachePriorityLines, cache.priorities, target);
  }

  kernel::DescriptorBudget& descriptors_;
  kernel::KernelDir directory_;
  const bool with_priorities_;
  const bool fixed_scales_;
  KeptDevices<CacheSet> sets_;
};

Result<std::unique_ptr<Collector>> MakeBcache(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<BcacheCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kBcacheCollector = {
    .name = "bcache",
    .may_block = true,
    .help = "Statistics of bcache sets and devices (/sys/fs/bcache).",
    .make = MakeBcache,
    .flags = kFlags,
    .metrics = kBcacheMetrics,
};

}  // namespace hostpulse::collectors
