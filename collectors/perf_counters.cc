#include "collectors/perf_counters.h"

#include <linux/perf_event.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "core/unique_fd.h"

namespace hostpulse::collectors {
namespace {

// A host with 256 CPUs has 8,000 counters. Descriptors are given out from the lowest on, so that
// the number of a new one tells how many there are.
bool LeavesRoom(int descriptor) {
  constexpr rlim_t kForOthers = 256;
  const auto needed = static_cast<rlim_t>(descriptor) + kForOthers;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return true;
  if (needed < limit.rlim_cur) return true;
  limit.rlim_cur = limit.rlim_max;
  return needed < limit.rlim_cur && ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

class Kernel final : public PerfCounters {
 public:
  int Open(const PerfEvent& event, int cpu) override {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = event.type;
    attributes.config = event.config;
    attributes.exclude_hv = 1;
    constexpr int kAllTasks = -1;
    constexpr int kNoGroup = -1;
    UniqueFd fd(static_cast<int>(::syscall(SYS_perf_event_open, &attributes, kAllTasks, cpu,
                                           kNoGroup, PERF_FLAG_FD_CLOEXEC)));
    if (!fd) return -errno;
    return LeavesRoom(fd.get()) ? fd.release() : -EMFILE;
  }

  std::optional<std::uint64_t> Read(int descriptor) override {
    std::uint64_t count = 0;
    if (::read(descriptor, &count, sizeof count) != sizeof count) return std::nullopt;
    return count;
  }
};

}  // namespace

std::unique_ptr<PerfCounters> KernelPerfCounters() {
  return std::make_unique<Kernel>();
}

}  // namespace hostpulse::collectors
