// Remote procedure calls of the NFS client, from /proc/net/rpc/nfs.

#include <array>
#include <memory>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/rpc_statistics.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 6> kMetrics = {{
    {"node_nfs_packets_total", kCounter, "protocol", "packets",
     "Packets of the NFS client by transport protocol."},
    {"node_nfs_connections_total", kCounter, "", "", "TCP connections that the NFS client made."},
    {"node_nfs_rpcs_total", kCounter, "", "", "Calls that the NFS client made."},
    {"node_nfs_rpc_retransmissions_total", kCounter, "", "",
     "Calls that the NFS client sent again for want of an answer."},
    {"node_nfs_rpc_authentication_refreshes_total", kCounter, "", "",
     "Times that the NFS client renewed its credentials."},
    {"node_nfs_requests_total", kCounter, "method,proto", "",
     "Calls of the NFS client by method and NFS version."},
}};

enum Line : std::size_t { kNet, kRpc, kProc2, kProc3, kProc4 };
constexpr std::array<RpcLine, 5> kLines = {{
    {.key = "net", .fewest = 4},
    {.key = "rpc", .fewest = 3},
    {.key = "proc2", .fewest = 19, .counted = true},
    {.key = "proc3", .fewest = 23, .counted = true},
    {.key = "proc4", .counted = true},  // Every minor version has brought new ones.
}};

constexpr std::array<RpcValue, 6> kValues = {{
    {&kMetrics[0], kNet, 1, {"protocol", "udp"}},
    {&kMetrics[0], kNet, 2, {"protocol", "tcp"}},
    {&kMetrics[1], kNet, 3},
    {&kMetrics[2], kRpc, 0},
    {&kMetrics[3], kRpc, 1},
    {&kMetrics[4], kRpc, 2},
}};
constexpr const MetricDesc& kRequests = kMetrics[5];

// In the order of the kernel's NFSPROC4_CLNT_*; node_exporter stops at Clone.
constexpr auto kNfs4 = std::to_array<std::string_view>({
    "Null",
    "Read",
    "Write",
    "Commit",
    "Open",
    "OpenConfirm",
    "OpenNoattr",
    "OpenDowngrade",
    "Close",
    "Setattr",
    "FsInfo",
    "Renew",
    "SetClientID",
    "SetClientIDConfirm",
    "Lock",
    "Lockt",
    "Locku",
    "Access",
    "Getattr",
    "Lookup",
    "LookupRoot",
    "Remove",
    "Rename",
    "Link",
    "Symlink",
    "Create",
    "Pathconf",
    "StatFs",
    "ReadLink",
    "ReadDir",
    "ServerCaps",
    "DelegReturn",
    "GetACL",
    "SetACL",
    "FsLocations",
    "ReleaseLockowner",
    "Secinfo",
    "FsidPresent",
    "ExchangeID",
    "CreateSession",
    "DestroySession",
    "Sequence",
    "GetLeaseTime",
    "ReclaimComplete",
    "LayoutGet",
    "GetDeviceInfo",
    "LayoutCommit",
    "LayoutReturn",
    "SecinfoNoName",
    "TestStateID",
    "FreeStateID",
    "GetDeviceList",
    "BindConnToSession",
    "DestroyClientID",
    "Seek",
    "Allocate",
    "DeAllocate",
    "LayoutStats",
    "Clone",
});

class NfsCollector final : public Collector {
 public:
  explicit NfsCollector(const CollectorContext& context)
      : statistics_(context.paths.Proc("net/rpc/nfs"), context.descriptors, kLines) {}

  Status Collect(MetricBatch& out) override {
    if (Status status = statistics_.Read(); !status) return status;
    statistics_.Add(kValues, out);
    statistics_.Add(methods_, kRequests, out);
    return {};
  }

 private:
  RpcStatistics statistics_;
  const std::array<RpcMethods, 3> methods_ = {{
      {kProc2, "2", 1, Nfs2Methods()},
      {kProc3, "3", 1, Nfs3Methods()},
      {kProc4, "4", 1, kNfs4},
  }};
};

Result<std::unique_ptr<Collector>> MakeNfs(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<NfsCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kNfsCollector = {
    .name = "nfs",
    .help = "RPC calls of the NFS client.",
    .make = MakeNfs,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
