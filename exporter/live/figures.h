#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/metrics/metric_source.h"

namespace hostpulse::live {

// A host at one moment, in the few figures that somebody who looks at it wants first: what the
// status page draws and `hostpulse top` prints. Counters are as the kernel has them, since boot;
// what moves a second is the difference of two (rates.h). What was not collected is absent.
struct Figures {
  struct Disk {
    double read_bytes = 0;
    double written_bytes = 0;
    double busy_seconds = 0;
  };
  struct Network {
    double received_bytes = 0;
    double transmitted_bytes = 0;
  };
  // Bytes, of /proc/meminfo.
  struct Memory {
    double total = 0;
    double free = 0;
    double available = 0;
    double buffers = 0;
    double cached = 0;
    double reclaimable = 0;  // SReclaimable.
    double swap_total = 0;
    double swap_free = 0;
  };
  // Seconds that some task waited, of /proc/pressure.
  struct Pressure {
    double cpu = 0;
    double io = 0;
    double memory = 0;
  };
  struct Load {
    double minute = 0;
    double five_minutes = 0;
    double fifteen_minutes = 0;
  };
  struct Filesystem {
    std::string device;
    std::string mountpoint;
    double size = 0;
    double available = 0;  // To users other than root.
    bool read_only = false;
  };

  MonotonicTime at{};
  std::size_t cpus = 0;
  std::map<std::string, double, std::less<>> cpu_seconds;  // By mode, of all CPUs together.
  std::optional<Memory> memory;
  std::optional<Pressure> pressure;
  std::optional<Load> load;
  std::map<std::string, Disk, std::less<>> disks;
  std::map<std::string, Network, std::less<>> networks;
  std::vector<Filesystem> filesystems;
};

// The collectors that figures are read from: all but that of file systems, which asks more than
// one look a second is worth.
std::span<const std::string_view> FigureCollectors();
inline constexpr std::string_view kFilesystemCollector = "filesystem";

// Reads them from families that were gathered at `at`.
Figures ReadFigures(std::span<const FamilyView> families, MonotonicTime at);

}  // namespace hostpulse::live
