#pragma once

#include <array>
#include <string_view>

#include "core/metrics/metric_batch.h"

// What the parts of the btrfs collector report.
namespace hostpulse::collectors {

inline constexpr std::string_view kBtrfsDeviceLabels = "btrfs_dev_uuid,device,uuid";
inline constexpr std::string_view kBtrfsProfileLabels = "block_group_type,mode,uuid";
inline constexpr std::string_view kBtrfsDeviceSizeHelp = "Size of a device of the file system.";

enum BtrfsMetric {
  kBtrfsInfo,
  kBtrfsGlobalReserve,
  kBtrfsReserved,
  kBtrfsUsed,
  kBtrfsSize,
  kBtrfsRatio,
  kBtrfsDeviceSize,
  kBtrfsDeviceSizeBySysfs,
  kBtrfsDeviceUnused,
  kBtrfsDeviceErrors,
  kBtrfsCommits,
  kBtrfsLastCommit,
  kBtrfsMaxCommit,
  kBtrfsCommitSeconds,
  kBtrfsMetricCount
};
inline constexpr std::array<MetricDesc, kBtrfsMetricCount> kBtrfsMetrics = {{
    {"node_btrfs_info", kGauge, "label,uuid", "1",
     "Label of the file system; the value is always 1."},
    {"node_btrfs_global_rsv_size_bytes", kGauge, "uuid", "bytes",
     "Space that the file system keeps for itself, to work when it is full."},
    {"node_btrfs_reserved_bytes", kGauge, "block_group_type,uuid", "bytes",
     "Space that is promised to writes under way."},
    {"node_btrfs_used_bytes", kGauge, kBtrfsProfileLabels, "bytes",
     "Space in use, by type of block group and profile."},
    {"node_btrfs_size_bytes", kGauge, kBtrfsProfileLabels, "bytes",
     "Space allocated, by type of block group and profile."},
    {"node_btrfs_allocation_ratio", kGauge, kBtrfsProfileLabels, "ratio",
     "Space on the devices that the profile takes for each byte."},
    {"node_btrfs_device_size_bytes", kGauge, kBtrfsDeviceLabels, "bytes", kBtrfsDeviceSizeHelp},
    {"node_btrfs_device_size_bytes", kGauge, "device,uuid", "bytes", kBtrfsDeviceSizeHelp},
    {"node_btrfs_device_unused_bytes", kGauge, kBtrfsDeviceLabels, "bytes",
     "Space on a device that is not allocated to block groups."},
    {"node_btrfs_device_errors_total", kCounter, "btrfs_dev_uuid,device,type,uuid", "errors",
     "Errors of a device that the file system has met, by kind."},
    {"node_btrfs_commits_total", kCounter, "uuid", "commits", "Commits since mounting."},
    {"node_btrfs_last_commit_seconds", kGauge, "uuid", "seconds", "How long the last commit took."},
    {"node_btrfs_max_commit_seconds", kGauge, "uuid", "seconds",
     "How long the longest commit took."},
    {"node_btrfs_commit_seconds_total", kCounter, "uuid", "seconds",
     "How long all commits together took."},
}};
using BtrfsFamilies = std::array<FamilyBuilder*, kBtrfsMetricCount>;

}  // namespace hostpulse::collectors
