#pragma once

#include <map>
#include <optional>
#include <string>

#include "exporter/live/figures.h"

namespace hostpulse::live {

// What moved a second between two looks at a host. A counter that is not in both, or that began
// anew, moved nothing that is known: it counts as 0.
struct Rates {
  struct Disk {
    double read_bytes = 0;
    double written_bytes = 0;
    double busy = 0;  // Part of the time, 0 to 1.
  };
  struct Network {
    double received_bytes = 0;
    double transmitted_bytes = 0;
  };

  std::map<std::string, double, std::less<>> cpu;  // Part of all CPUs' time by mode, 0 to 1.
  double cpu_busy = 0;                             // Of all modes but idle and iowait.
  std::optional<Figures::Pressure> pressure;       // Parts of the time, 0 to 1.
  std::map<std::string, Disk, std::less<>> disks;
  std::map<std::string, Network, std::less<>> networks;

  double Cpu(std::string_view mode) const;
  // Sums over all disks, and over all networks but the loopback.
  Disk AllDisks() const;
  Network AllNetworks() const;
};

Rates RatesBetween(const Figures& before, const Figures& now);

}  // namespace hostpulse::live
