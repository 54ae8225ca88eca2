#pragma once

#include <cstdint>
#include <memory>
#include <optional>

namespace hostpulse::collectors {

// Type and config of a struct perf_event_attr.
struct PerfEvent {
  std::uint32_t type = 0;
  std::uint64_t config = 0;
};

// Counters of perf_event_open(2), behind an interface because a test cannot have them. One thread
// at a time.
class PerfCounters {
 public:
  virtual ~PerfCounters() = default;
  // Begins to count the event for all tasks on the CPU. The caller owns the descriptor. Errors: a
  // negative errno; -EMFILE already while the process has some descriptors left for others.
  virtual int Open(const PerfEvent& event, int cpu) = 0;
  // The count as it is: not scaled up where the kernel had more events to count than counters, as
  // node_exporter has it. Nothing where it cannot be read.
  virtual std::optional<std::uint64_t> Read(int descriptor) = 0;
};

// The kernel's. Raises the soft limit of descriptors up to the hard one where it needs many.
std::unique_ptr<PerfCounters> KernelPerfCounters();

}  // namespace hostpulse::collectors
