#include "exporter/live/rates.h"

#include <algorithm>

namespace hostpulse::live {
namespace {

class Differ {
 public:
  Differ(const Figures& before, const Figures& now)
      : before_(before), now_(now), seconds_(ToSeconds(now.at - before.at)) {}

  Rates Make() {
    if (seconds_ <= 0) return {};
    Cpu();
    if (before_.pressure && now_.pressure) Pressure(*before_.pressure, *now_.pressure);
    for (const auto& [name, disk] : now_.disks) AddDisk(name, disk);
    for (const auto& [name, network] : now_.networks) AddNetwork(name, network);
    return std::move(rates_);
  }

 private:
  double Rate(double was, double is) const { return is < was ? 0 : (is - was) / seconds_; }
  double Part(double was, double is) const { return std::min(Rate(was, is), 1.0); }

  void Cpu() {
    if (now_.cpus == 0) return;
    for (const auto& [mode, seconds] : now_.cpu_seconds) {
      const auto was = before_.cpu_seconds.find(mode);
      if (was == before_.cpu_seconds.end()) continue;
      const double part = Rate(was->second, seconds) / static_cast<double>(now_.cpus);
      rates_.cpu[mode] = part;
      if (mode != "idle" && mode != "iowait") rates_.cpu_busy += part;
    }
  }

  void Pressure(const Figures::Pressure& was, const Figures::Pressure& is) {
    rates_.pressure = {Part(was.cpu, is.cpu), Part(was.io, is.io), Part(was.memory, is.memory)};
  }

  void AddDisk(const std::string& name, const Figures::Disk& is) {
    const auto found = before_.disks.find(name);
    const Figures::Disk& was = found == before_.disks.end() ? is : found->second;
    rates_.disks[name] = {Rate(was.read_bytes, is.read_bytes),
                          Rate(was.written_bytes, is.written_bytes),
                          Part(was.busy_seconds, is.busy_seconds)};
  }

  void AddNetwork(const std::string& name, const Figures::Network& is) {
    const auto found = before_.networks.find(name);
    const Figures::Network& was = found == before_.networks.end() ? is : found->second;
    rates_.networks[name] = {Rate(was.received_bytes, is.received_bytes),
                             Rate(was.transmitted_bytes, is.transmitted_bytes)};
  }

  const Figures& before_;
  const Figures& now_;
  const double seconds_;
  Rates rates_;
};

}  // namespace

double Rates::Cpu(std::string_view mode) const {
  const auto found = cpu.find(mode);
  return found == cpu.end() ? 0 : found->second;
}

Rates::Disk Rates::AllDisks() const {
  Disk sum;
  for (const auto& [name, disk] : disks) {
    sum.read_bytes += disk.read_bytes;
    sum.written_bytes += disk.written_bytes;
    sum.busy = std::max(sum.busy, disk.busy);
  }
  return sum;
}

Rates::Network Rates::AllNetworks() const {
  Network sum;
  for (const auto& [name, network] : networks) {
    if (name == "lo") continue;
    sum.received_bytes += network.received_bytes;
    sum.transmitted_bytes += network.transmitted_bytes;
  }
  return sum;
}

Rates RatesBetween(const Figures& before, const Figures& now) {
  return Differ(before, now).Make();
}

}  // namespace hostpulse::live
