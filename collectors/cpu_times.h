#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/metrics/metric_batch.h"

namespace hostpulse::collectors {

inline constexpr std::size_t kCpuModes = 10;

// The counters of one CPU of /proc/stat, kept from going back. One thread at a time.
class CpuTimes {
 public:
  // Takes the ten fields of a cpu line, in ticks of 1/100 s. A mode that fell keeps its old value,
  // since iowait and others step back a little now and then; where idle fell by three seconds or
  // more the CPU was off and on again, and all modes are taken anew.
  void Update(const std::array<std::uint64_t, kCpuModes>& ticks);

  // user, nice, system, idle, iowait, irq, softirq, steal as node_cpu_seconds_total.
  void AddTo(std::string_view cpu, FamilyBuilder& seconds) const;
  // guest and guest_nice as node_cpu_guest_seconds_total.
  void AddGuestTo(std::string_view cpu, FamilyBuilder& seconds) const;

 private:
  std::array<std::uint64_t, kCpuModes> ticks_{};
};

}  // namespace hostpulse::collectors
