// Bytes waiting in the queues of all UDP sockets, from /proc/net/udp and udp6.

#include <array>
#include <cerrno>
#include <cstdint>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 1> kMetrics = {{
    {"node_udp_queues", kGauge, "ip,queue", "bytes",
     "Memory of the packets that wait in the queues of UDP sockets."},
}};

class UdpQueuesCollector final : public Collector {
 public:
  explicit UdpQueuesCollector(const CollectorContext& context)
      : udp_(context.paths.Proc("net/udp"), context.descriptors, kernel::FileKind::kShortRecords),
        udp6_(context.paths.Proc("net/udp6"), context.descriptors,
              kernel::FileKind::kShortRecords) {}

  Status Collect(MetricBatch& out) override {
    if (Status status = AddFile(udp_, "v4", out); !status) return status;
    if (Status status = AddFile(udp6_, "v6", out); !status) return status;
    // One of the two is enough: a kernel may be without the other.
    if (udp_.last_errno() == 0 || udp6_.last_errno() == 0) return {};
    return kernel::ErrnoStatus(udp_.path(), "open", udp_.last_errno());
  }

 private:
  // Fine where the file is missing.
  static Status AddFile(kernel::KernelFile& file, std::string_view ip, MetricBatch& out) {
    const auto text = file.TryRead();
    if (!text && file.last_errno() == ENOENT) return {};
    if (!text) return kernel::ErrnoStatus(file.path(), "read", file.last_errno());
    std::uint64_t transmit = 0;
    std::uint64_t receive = 0;
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      if (lines.number() == 1) continue;  // The heading.
      kernel::FieldScanner fields(line);
      fields.Skip(4);  // Slot, local and remote address, state.
      const std::string_view queues = fields.Next();
      const std::size_t colon = queues.find(':');
      if (colon == queues.npos) return kernel::ParseError(file.path(), "tx_queue:rx_queue", line);
      const auto tx = kernel::ParseNumber<std::uint64_t>(queues.substr(0, colon), 16);
      const auto rx = kernel::ParseNumber<std::uint64_t>(queues.substr(colon + 1), 16);
      if (!tx || !rx) return kernel::ParseError(file.path(), "tx_queue:rx_queue", line);
      transmit += *tx;
      receive += *rx;
    }
    FamilyBuilder& family = out.Family(kMetrics[0]);
    family.Add({{"ip", ip}, {"queue", "rx"}}, static_cast<double>(receive));
    family.Add({{"ip", ip}, {"queue", "tx"}}, static_cast<double>(transmit));
    return {};
  }

  kernel::KernelFile udp_;
  kernel::KernelFile udp6_;
};

Result<std::unique_ptr<Collector>> MakeUdpQueues(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<UdpQueuesCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kUdpQueuesCollector = {
    .name = "udp_queues",
    .help = "Bytes waiting in the queues of UDP sockets.",
    .make = MakeUdpQueues,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
