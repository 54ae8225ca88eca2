#pragma once

#include <array>
#include <string_view>

#include "core/metrics/metric_desc.h"

// Which files and lines of /sys/fs/bcache become which metrics.
namespace hostpulse::collectors {

inline constexpr std::string_view kBcacheBackingLabels = "backing_device,uuid";
inline constexpr std::string_view kBcacheCacheLabels = "cache_device,uuid";

// A file with one number, below the directory of the set or the device.
struct BcacheNumberFile {
  std::string_view path;
  MetricDesc desc;
};

inline constexpr auto kBcacheSetFiles = std::to_array<BcacheNumberFile>({
    {"average_key_size",
     {"node_bcache_average_key_size_sectors", kGauge, "uuid", "sectors",
      "Average data of a key of the B-tree."}},
    {"btree_cache_size",
     {"node_bcache_btree_cache_size_bytes", kGauge, "uuid", "bytes",
      "Memory that the cache of the B-tree takes."}},
    {"cache_available_percent",
     {"node_bcache_cache_available_percent", kGauge, "uuid", "percent",
      "Part of the cache without dirty data, which can be used for writing back."}},
    {"congested", {"node_bcache_congested", kGauge, "uuid", "", "How congested the cache is."}},
    {"root_usage_percent",
     {"node_bcache_root_usage_percent", kGauge, "uuid", "percent",
      "Part of the root node of the B-tree in use; the tree grows where it is too high."}},
    {"tree_depth",
     {"node_bcache_tree_depth", kGauge, "uuid", "", "Depth of the B-tree, without its leaves."}},
    {"internal/active_journal_entries",
     {"node_bcache_active_journal_entries", kGauge, "uuid", "",
      "Journal entries that are newer than the index."}},
    {"internal/btree_nodes",
     {"node_bcache_btree_nodes", kGauge, "uuid", "", "Nodes of the B-tree."}},
    {"internal/btree_read_average_duration_us",
     {"node_bcache_btree_read_average_duration_seconds", kGauge, "uuid", "seconds",
      "Average time that reading from the B-tree takes, a thousandth of it unless "
      "--hostpulse.fixed-scales is given."}},
    {"internal/cache_read_races",
     {"node_bcache_cache_read_races_total", kCounter, "uuid", "",
      "Times that a bucket was reused while it was being read."}},
});
inline constexpr MetricDesc kBcacheReadaheads = {
    "node_bcache_cache_readaheads_total", kCounter, kBcacheBackingLabels, "",
    "Times that reading ahead was done on a cache miss."};
inline constexpr auto kBcacheBackingFiles = std::to_array<BcacheNumberFile>({
    {"dirty_data",
     {"node_bcache_dirty_data_bytes", kGauge, kBcacheBackingLabels, "bytes",
      "Data in the cache that is not on the backing device yet."}},
    {"stats_total/bypassed",
     {"node_bcache_bypassed_bytes_total", kCounter, kBcacheBackingLabels, "bytes",
      "Data read and written past the cache."}},
    {"stats_total/cache_bypass_hits",
     {"node_bcache_cache_bypass_hits_total", kCounter, kBcacheBackingLabels, "",
      "Requests past the cache whose data the cache had."}},
    {"stats_total/cache_bypass_misses",
     {"node_bcache_cache_bypass_misses_total", kCounter, kBcacheBackingLabels, "",
      "Requests past the cache whose data the cache had not."}},
    {"stats_total/cache_hits",
     {"node_bcache_cache_hits_total", kCounter, kBcacheBackingLabels, "",
      "Requests that the cache answered."}},
    {"stats_total/cache_miss_collisions",
     {"node_bcache_cache_miss_collisions_total", kCounter, kBcacheBackingLabels, "",
      "Times that data could not go into the cache after a miss, because a write was faster."}},
    {"stats_total/cache_misses",
     {"node_bcache_cache_misses_total", kCounter, kBcacheBackingLabels, "",
      "Requests that the cache could not answer."}},
    // Linux 5.13 has it no more.
    {"stats_total/cache_readaheads", kBcacheReadaheads},
});

inline constexpr auto kBcacheCacheFiles = std::to_array<BcacheNumberFile>({
    {"io_errors",
     {"node_bcache_io_errors", kGauge, kBcacheCacheLabels, "errors",
      "Recent errors of the cache device, fading with time."}},
    {"metadata_written",
     {"node_bcache_metadata_written_bytes_total", kCounter, kBcacheCacheLabels, "bytes",
      "Data other than that of files written to the cache device."}},
    {"written",
     {"node_bcache_written_bytes_total", kCounter, kBcacheCacheLabels, "bytes",
      "All data written to the cache device."}},
});

// A line of a file with several.
struct BcacheNumberLine {
  std::string_view key;
  std::string_view unit;
  MetricDesc desc;
};
inline constexpr auto kBcacheWritebackLines = std::to_array<BcacheNumberLine>({
    {"rate:",
     "/sec",
     {"node_bcache_writeback_rate", kGauge, kBcacheBackingLabels, "bytes/second",
      "How fast dirty data is to be written to the backing device."}},
    {"target:",
     "",
     {"node_bcache_dirty_target_bytes", kGauge, kBcacheBackingLabels, "bytes",
      "Dirty data that the backing device is to have, at the most."}},
    {"proportional:",
     "",
     {"node_bcache_writeback_rate_proportional_term", kGauge, kBcacheBackingLabels, "bytes/second",
      "Proportional term of the controller of the writeback rate."}},
    {"integral:",
     "",
     {"node_bcache_writeback_rate_integral_term", kGauge, kBcacheBackingLabels, "bytes/second",
      "Integral term of the controller of the writeback rate."}},
    {"change:",
     "/sec",
     {"node_bcache_writeback_change", kGauge, kBcacheBackingLabels, "bytes/second",
      "Last change of the writeback rate."}},
});
inline constexpr auto kBcachePriorityLines = std::to_array<BcacheNumberLine>({
    {"Unused:",
     "%",
     {"node_bcache_priority_stats_unused_percent", kGauge, kBcacheCacheLabels, "percent",
      "Part of the cache that has no data."}},
    {"Metadata:",
     "%",
     {"node_bcache_priority_stats_metadata_percent", kGauge, kBcacheCacheLabels, "percent",
      "Part of the cache that bcache itself takes."}},
});

inline constexpr auto kBcacheMetrics = [] {
  std::array<MetricDesc, kBcacheSetFiles.size() + kBcacheBackingFiles.size() +
                             kBcacheCacheFiles.size() + kBcacheWritebackLines.size() +
                             kBcachePriorityLines.size()>
      all{};
  auto* next = all.begin();
  const auto append = [&next](const auto& table) {
    for (const auto& row : table) *next++ = row.desc;
  };
  append(kBcacheSetFiles);
  append(kBcacheBackingFiles);
  append(kBcacheCacheFiles);
  append(kBcacheWritebackLines);
  append(kBcachePriorityLines);
  return all;
}();

}  // namespace hostpulse::collectors
