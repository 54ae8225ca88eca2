// TCP sockets by state, and what waits in their queues, from an inet_diag dump.

#include "collectors/tcpstat.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/kernel/netlink.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 1> kMetrics = {{
    {"node_tcp_connection_states", kGauge, "state", "",
     "TCP sockets in the state; with rx_queued_bytes and tx_queued_bytes, the bytes that wait to "
     "be "
     "read and to be acknowledged."},
}};

// By number, as in the kernel's net/tcp_states.h; the first is none.
constexpr std::array<std::string_view, 12> kStates = {
    "",          "established", "syn_sent",   "syn_recv", "fin_wait1", "fin_wait2",
    "time_wait", "close",       "close_wait", "last_ack", "listen",    "closing"};
constexpr std::uint32_t kAllStates = (1U << kStates.size()) - 1;

// All that is kept of the sockets, however many there are.
struct Sums {
  std::array<std::uint64_t, kStates.size()> sockets{};
  std::uint64_t count = 0;
  std::uint64_t rx_queued = 0;
  std::uint64_t tx_queued = 0;
};

class TcpstatCollector final : public Collector {
 public:
  TcpstatCollector(const CollectorContext& context, NetlinkDump dump)
      : dump_(std::move(dump)), tcp6_(context.paths.Proc("net/tcp6")) {}

  Status Collect(MetricBatch& out) override {
    Sums sums;
    if (Status status = AddSockets(AF_INET, sums); !status) return status;
    const bool has_ipv6 = ::access(tcp6_.c_str(), F_OK) == 0;
    if (has_ipv6) {
      if (Status status = AddSockets(AF_INET6, sums); !status) return status;
    }
    if (sums.count != 0) Emit(sums, out.Family(kMetrics[0]));
    return {};
  }

 private:
  // Without tcp_info and the other extensions, which cost the kernel a lock a socket.
  Status AddSockets(std::uint8_t family, Sums& sums) const {
    inet_diag_req_v2 request{};
    request.sdiag_family = family;
    request.sdiag_protocol = IPPROTO_TCP;
    request.idiag_states = kAllStates;
    return dump_(
        SOCK_DIAG_BY_FAMILY, std::as_bytes(std::span(&request, 1)),
        [&sums](std::uint16_t, std::span<const std::byte> body) {
          const auto socket = kernel::ReadHeader<inet_diag_msg>(body);
          if (!socket || socket->idiag_state == 0 || socket->idiag_state >= kStates.size()) {
            return;
          }
          ++sums.sockets[socket->idiag_state];
          ++sums.count;
          // Those that listen are counted too, although theirs are no bytes: the length of
          // the accept queue, and its limit. So it is in node_exporter.
          sums.rx_queued += socket->idiag_rqueue;
          sums.tx_queued += socket->idiag_wqueue;
        });
  }

  static void Emit(const Sums& sums, FamilyBuilder& family) {
    for (std::size_t state = 1; state < kStates.size(); ++state) {
      if (sums.sockets[state] == 0) continue;
      family.Add({{"state", kStates[state]}}, static_cast<double>(sums.sockets[state]));
    }
    family.Add({{"state", "rx_queued_bytes"}}, static_cast<double>(sums.rx_queued));
    family.Add({{"state", "tx_queued_bytes"}}, static_cast<double>(sums.tx_queued));
  }

  const NetlinkDump dump_;
  const std::string tcp6_;
};

Result<std::unique_ptr<Collector>> MakeKernelTcpstat(const CollectorContext& context) {
  return MakeTcpstat(context, KernelNetlink(NETLINK_SOCK_DIAG));
}

}  // namespace

Result<std::unique_ptr<Collector>> MakeTcpstat(const CollectorContext& context, NetlinkDump dump) {
  return std::unique_ptr<Collector>(std::make_unique<TcpstatCollector>(context, std::move(dump)));
}

extern constinit const CollectorSpec kTcpstatCollector = {
    .name = "tcpstat",
    .on_by_default = false,
    .help = "TCP sockets by state, and their queues.",
    .make = MakeKernelTcpstat,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
