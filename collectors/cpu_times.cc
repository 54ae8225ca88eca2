#include "collectors/cpu_times.h"

#include <algorithm>

namespace hostpulse::collectors {
namespace {

constexpr double kTicksPerSecond = 100;  // USER_HZ, fixed in the kernel's interface.
constexpr std::uint64_t kIdleReset = 300;

// In the order of the fields of a cpu line.
constexpr std::array<std::string_view, 8> kModes = {"user",   "nice", "system",  "idle",
                                                    "iowait", "irq",  "softirq", "steal"};
constexpr std::size_t kIdle = 3;
constexpr std::size_t kGuest = 8;
constexpr std::size_t kGuestNice = 9;

}  // namespace

void CpuTimes::Update(const std::array<std::uint64_t, kCpuModes>& ticks) {
  if (ticks_[kIdle] >= ticks[kIdle] + kIdleReset) ticks_ = {};
  for (std::size_t i = 0; i < kCpuModes; ++i) ticks_[i] = std::max(ticks_[i], ticks[i]);
}

void CpuTimes::AddTo(std::string_view cpu, FamilyBuilder& seconds) const {
  for (std::size_t i = 0; i < kModes.size(); ++i) {
    seconds.Add({{"cpu", cpu}, {"mode", kModes[i]}},
                static_cast<double>(ticks_[i]) / kTicksPerSecond);
  }
}

void CpuTimes::AddGuestTo(std::string_view cpu, FamilyBuilder& seconds) const {
  seconds.Add({{"cpu", cpu}, {"mode", "user"}},
              static_cast<double>(ticks_[kGuest]) / kTicksPerSecond);
  seconds.Add({{"cpu", cpu}, {"mode", "nice"}},
              static_cast<double>(ticks_[kGuestNice]) / kTicksPerSecond);
}

}  // namespace hostpulse::collectors
