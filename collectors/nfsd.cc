// Remote procedure calls, caches and threads of the NFS server, from /proc/net/rpc/nfsd.

#include <array>
#include <memory>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/rpc_statistics.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 14> kMetrics = {{
    {"node_nfsd_reply_cache_hits_total", kCounter, "", "",
     "Calls that were repeated and answered from the reply cache."},
    {"node_nfsd_reply_cache_misses_total", kCounter, "", "",
     "Calls that changed something and were not in the reply cache."},
    {"node_nfsd_reply_cache_nocache_total", kCounter, "", "",
     "Calls that changed nothing and so had no need of the reply cache."},
    {"node_nfsd_file_handles_stale_total", kCounter, "", "",
     "File handles of clients whose file was gone."},
    {"node_nfsd_disk_bytes_read_total", kCounter, "", "bytes", "Bytes that the NFS server read."},
    {"node_nfsd_disk_bytes_written_total", kCounter, "", "bytes",
     "Bytes that the NFS server wrote."},
    {"node_nfsd_server_threads", kGauge, "", "threads", "Threads of the NFS server."},
    {"node_nfsd_read_ahead_cache_size_blocks", kGauge, "", "blocks",
     "Size of the read-ahead cache; 0 since Linux 5.4, which has none."},
    {"node_nfsd_read_ahead_cache_not_found_total", kCounter, "", "",
     "Reads that found nothing in the read-ahead cache."},
    {"node_nfsd_packets_total", kCounter, "proto", "packets",
     "Packets of the NFS server by transport protocol."},
    {"node_nfsd_connections_total", kCounter, "", "",
     "TCP connections that the NFS server accepted."},
    {"node_nfsd_server_rpcs_total", kCounter, "", "", "Calls that reached the NFS server."},
    {"node_nfsd_rpc_errors_total", kCounter, "error", "",
     "Calls that the NFS server refused: bad form, bad authentication, bad client."},
    {"node_nfsd_requests_total", kCounter, "method,proto", "",
     "Calls and operations of the NFS server by method and NFS version."},
}};

enum Line : std::size_t {
  kReplyCache,
  kHandles,
  kIo,
  kThreads,
  kReadAhead,
  kNet,
  kRpc,
  kProc2,
  kProc3,
  kProc4Ops,
  kWdelegGetattr
};
constexpr std::array<RpcLine, 11> kLines = {{
    {.key = "rc", .fewest = 3},
    {.key = "fh", .fewest = 5},
    {.key = "io", .fewest = 2},
    {.key = "th", .fewest = 2, .most = 2},  // Fractions stand behind these.
    {.key = "ra", .fewest = 12},
    {.key = "net", .fewest = 4},
    {.key = "rpc", .fewest = 5},
    {.key = "proc2", .fewest = 19, .counted = true},
    {.key = "proc3", .fewest = 23, .counted = true},
    {.key = "proc4ops", .fewest = 40, .counted = true},
    {.key = "wdeleg_getattr"},
}};

constexpr std::array<RpcValue, 16> kValues = {{
    {&kMetrics[0], kReplyCache, 0},
    {&kMetrics[1], kReplyCache, 1},
    {&kMetrics[2], kReplyCache, 2},
    {&kMetrics[3], kHandles, 0},
    {&kMetrics[4], kIo, 0},
    {&kMetrics[5], kIo, 1},
    {&kMetrics[6], kThreads, 0},
    {&kMetrics[7], kReadAhead, 0},
    {&kMetrics[8], kReadAhead, 11},
    {&kMetrics[9], kNet, 1, {"proto", "udp"}},
    {&kMetrics[9], kNet, 2, {"proto", "tcp"}},
    {&kMetrics[10], kNet, 3},
    {&kMetrics[11], kRpc, 0},
    {&kMetrics[12], kRpc, 2, {"error", "fmt"}},
    {&kMetrics[12], kRpc, 3, {"error", "auth"}},
    {&kMetrics[12], kRpc, 4, {"error", "cInt"}},
}};
constexpr const MetricDesc& kRequests = kMetrics[13];

// From operation 3 on (RFC 7530). 23 and 24, PutPubFH and PutRootFH, are not reported.
constexpr auto kNfs4Operations = std::to_array<std::string_view>({
    "Access",    "Close",  "Commit",   "Create",      "DelegPurge", "DelegReturn", "GetAttr",
    "GetFH",     "Link",   "Lock",     "Lockt",       "Locku",      "Lookup",      "LookupRoot",
    "Nverify",   "Open",   "OpenAttr", "OpenConfirm", "OpenDgrd",   "PutFH",       "",
    "",          "Read",   "ReadDir",  "ReadLink",    "Remove",     "Rename",      "Renew",
    "RestoreFH", "SaveFH", "SecInfo",  "SetAttr",
});
constexpr std::size_t kFirstOperation = 3;
constexpr auto kNfs4LastOperations =
    std::to_array<std::string_view>({"Verify", "Write", "RelLockOwner"});
// node_exporter leaves out SetClientID and SetClientIDConfirm, 35 and 36, and so calls these two
// Verify and Write, and calls RelLockOwner what is Verify.
constexpr std::size_t kLastOperationsAsNodeExporter = 35;
constexpr std::size_t kLastOperations = 37;

constexpr auto kWriteDelegations = std::to_array<std::string_view>({"WdelegGetattr"});

// The first column of a counted line is the number of the others.
constexpr std::size_t ColumnOf(std::size_t number) {
  return number + 1;
}

bool WantsRightValues(const FlagValues& flags) {
  constexpr std::string_view kFixedScales = "hostpulse.fixed-scales";
  return flags.Has(kFixedScales) && flags.Bool(kFixedScales);
}

class NfsdCollector final : public Collector {
 public:
  explicit NfsdCollector(const CollectorContext& context)
      : statistics_(context.paths.Proc("net/rpc/nfsd"), context.descriptors, kLines),
        methods_{{
            {kProc2, "2", ColumnOf(1), Nfs2Methods().subspan(1)},  // Null is not reported.
            {kProc3, "3", ColumnOf(1), Nfs3Methods().subspan(1)},
            {kProc4Ops, "4", ColumnOf(kFirstOperation), kNfs4Operations},
            {kProc4Ops, "4",
             ColumnOf(WantsRightValues(context.flags) ? kLastOperations
                                                      : kLastOperationsAsNodeExporter),
             kNfs4LastOperations},
            {kWdelegGetattr, "4", 0, kWriteDelegations},
        }} {}

  Status Collect(MetricBatch& out) override {
    if (Status status = statistics_.Read(); !status) return status;
    statistics_.Add(kValues, out);
    statistics_.Add(methods_, kRequests, out);
    return {};
  }

 private:
  RpcStatistics statistics_;
  const std::array<RpcMethods, 5> methods_;
};

Result<std::unique_ptr<Collector>> MakeNfsd(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<NfsdCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kNfsdCollector = {
    .name = "nfsd",
    .help = "RPC calls, caches and threads of the NFS server.",
    .make = MakeNfsd,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
