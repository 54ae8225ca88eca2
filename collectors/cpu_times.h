#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {

inline constexpr MetricDesc kCpuSeconds = {"node_cpu_seconds_total", kCounter, "cpu,mode",
                                           "seconds", "Time that each CPU spent in each mode."};
inline constexpr MetricDesc kCpuGuestSeconds = {
    "node_cpu_guest_seconds_total", kCounter, "cpu,mode", "seconds",
    "Time that each CPU ran virtual machines, which is part of its user and nice time."};

// The part of the cpu collector that reads /proc/stat. Kernel counters that fall keep their old
// value, mode by mode, unless idle falls so far that the CPU must have been away.
class CpuTimes {
 public:
  CpuTimes(const CollectorContext& context, bool with_guest);

  Status Collect(MetricBatch& out);

 private:
  static constexpr std::size_t kFields = 10;
  struct Cpu {
    std::string number;
    std::array<std::uint64_t, kFields> ticks{};
    std::size_t fields = 0;  // How many the kernel has.
  };

  Status Parse(std::string_view text);
  // The CPU at `index`, in the order of the file; those that stood there and left are taken out.
  Cpu& At(std::size_t index, std::string_view number);
  // False where a field is not a number.
  static bool Update(Cpu& cpu, kernel::FieldScanner fields);

  kernel::KernelFile file_;
  const bool with_guest_;
  std::vector<Cpu> cpus_;
};

}  // namespace hostpulse::collectors
