#include <cstdio>

#include "exporter/commands/queue.h"
#include "push/queue/dump.h"

namespace hostpulse::commands {

int QueueDump(const QueueRequest& request) {
  const push::DumpSink print = [](std::string_view text) {
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  };
  Status status = request.format == "vm-json"
                      ? push::DumpJsonLines(*request.view, request.filter, print)
                      : push::DumpOpenMetrics(*request.view, request.filter, print);
  if (status.ok() && std::fflush(stdout) != 0) {
    status = {ErrorCode::kIo, "the output cannot be written"};
  }
  if (status.ok()) return 0;
  std::fprintf(stderr, "hostpulse: error: %s\n", status.message().c_str());
  return 1;
}

}  // namespace hostpulse::commands
