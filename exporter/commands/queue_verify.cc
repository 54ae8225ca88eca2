#include <algorithm>
#include <cstdio>

#include "exporter/commands/queue.h"
#include "push/queue/log_check.h"

namespace hostpulse::commands {

// A torn tail is no fault: it is printed and the exit code stays 0.
int QueueVerify(const QueueRequest& request) {
  using Kind = push::LogFinding::Kind;
  const push::LogCheck check = push::CheckLog(*request.view);
  for (const push::LogFinding& finding : check.findings) {
    std::printf("%s: %s\n", finding.path.c_str(), finding.what.c_str());
  }
  const auto faults = std::ranges::count_if(
      check.findings, [](const push::LogFinding& one) { return one.kind != Kind::kTornTail; });
  std::printf("%llu segments, %llu collections, %llu samples read; ",
              static_cast<unsigned long long>(check.summary.segments),
              static_cast<unsigned long long>(check.summary.collections),
              static_cast<unsigned long long>(check.summary.samples));
  if (faults == 0) {
    std::printf("no damage\n");
  } else {
    std::printf("%td findings\n", faults);
  }
  return std::fflush(stdout) == 0 && faults == 0 ? 0 : 1;
}

}  // namespace hostpulse::commands
