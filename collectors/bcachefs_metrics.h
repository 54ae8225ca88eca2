#pragma once

#include <algorithm>
#include <array>

#include "collectors/bcachefs_counters.h"
#include "core/metrics/metric_batch.h"

// What the parts of the bcachefs collector report.
namespace hostpulse::collectors {

enum BcachefsMetric {
  kBcachefsInfo,
  kBcachefsBtreeCacheSize,
  kBcachefsBtreeWrites,
  kBcachefsBtreeWriteSize,
  kBcachefsCompressed,
  kBcachefsUncompressed,
  kBcachefsErrors,
  kBcachefsDeviceInfo,
  kBcachefsDeviceBucketSize,
  kBcachefsDeviceBuckets,
  kBcachefsDeviceDurability,
  kBcachefsDeviceIoDone,
  kBcachefsDeviceIoErrors,
  kBcachefsMetricCount
};
inline constexpr std::array<MetricDesc, kBcachefsMetricCount> kBcachefsFixedMetrics = {{
    {"node_bcachefs_info", kGauge, "uuid", "1",
     "A file system that is mounted; the value is always 1."},
    {"node_bcachefs_btree_cache_size_bytes", kGauge, "uuid", "bytes",
     "Memory that the cache of B-tree nodes takes."},
    {"node_bcachefs_btree_writes_total", kCounter, "type,uuid", "writes",
     "Writes of B-tree nodes, by what caused them."},
    {"node_bcachefs_btree_write_average_size_bytes", kGauge, "type,uuid", "bytes",
     "Average size of a write of a B-tree node, by what caused it."},
    {"node_bcachefs_compression_compressed_bytes", kGauge, "algorithm,uuid", "bytes",
     "Space that data takes on the devices, by compression algorithm."},
    {"node_bcachefs_compression_uncompressed_bytes", kGauge, "algorithm,uuid", "bytes",
     "Data before compression, by compression algorithm."},
    {"node_bcachefs_errors_total", kCounter, "error_type,uuid", "errors",
     "Inconsistencies that were found in the file system, by kind."},
    {"node_bcachefs_device_info", kGauge, "device,label,state,uuid", "1",
     "Label and state of a device; the value is always 1."},
    {"node_bcachefs_device_bucket_size_bytes", kGauge, "device,uuid", "bytes",
     "Size of the buckets of a device."},
    {"node_bcachefs_device_buckets", kGauge, "device,uuid", "buckets", "Buckets of a device."},
    {"node_bcachefs_device_durability", kGauge, "device,uuid", "",
     "How many replicas one on this device counts for; 0 for a mere cache."},
    {"node_bcachefs_device_io_done_bytes_total", kCounter, "data_type,device,operation,uuid",
     "bytes", "Data read from and written to a device, by kind of data."},
    {"node_bcachefs_device_io_errors_total", kCounter, "device,type,uuid", "errors",
     "Errors of a device since the file system was made, by kind."},
}};
using BcachefsFamilies = std::array<FamilyBuilder*, kBcachefsMetricCount>;

// Of counters that this program does not know by name.
inline constexpr MetricDesc kBcachefsOtherCounter = {
    "node_bcachefs_<counter>_total", kCounter, "uuid", "",
    "A counter of the kernel's, by its name there, since the file system was made."};

inline constexpr auto kBcachefsMetrics = [] {
  std::array<MetricDesc, kBcachefsMetricCount + kBcachefsCounters.size() + 1> all{};
  auto* next = std::copy(kBcachefsFixedMetrics.begin(), kBcachefsFixedMetrics.end(), all.begin());
  next = std::copy(kBcachefsCounters.begin(), kBcachefsCounters.end(), next);
  *next = kBcachefsOtherCounter;
  return all;
}();

}  // namespace hostpulse::collectors
