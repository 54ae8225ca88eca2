// Protocol counters that match a pattern, from /proc/net/netstat, snmp and snmp6.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/device_filter.h"
#include "collectors/protocol_table.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kFields = "collector.netstat.fields";

constexpr std::array<FlagSpec, 1> kFlags = {{
    {.name = kFields,
     .type = FlagType::kRegex,
     .default_value =
         "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|"
         "Icmp6?_(InMsgs|OutMsgs)|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|"
         "TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|"
         "PassiveOpens|RetransSegs|CurrEstab)|Udp6?_(InDatagrams|OutDatagrams|NoPorts|"
         "RcvbufErrors|SndbufErrors))$",
     .help = "Regular expression of the counters to report, as PROTOCOL_FIELD."},
}};

// What the default pattern takes, and the form of the rest.
constexpr std::array<std::string_view, 42> kNames = {
    "node_netstat_Icmp6_InErrors",
    "node_netstat_Icmp6_InMsgs",
    "node_netstat_Icmp6_OutMsgs",
    "node_netstat_Icmp_InErrors",
    "node_netstat_Icmp_InMsgs",
    "node_netstat_Icmp_OutMsgs",
    "node_netstat_Ip6_InOctets",
    "node_netstat_Ip6_OutOctets",
    "node_netstat_IpExt_InOctets",
    "node_netstat_IpExt_OutOctets",
    "node_netstat_Ip_Forwarding",
    "node_netstat_TcpExt_ListenDrops",
    "node_netstat_TcpExt_ListenOverflows",
    "node_netstat_TcpExt_SyncookiesFailed",
    "node_netstat_TcpExt_SyncookiesRecv",
    "node_netstat_TcpExt_SyncookiesSent",
    "node_netstat_TcpExt_TCPOFOQueue",
    "node_netstat_TcpExt_TCPRcvQDrop",
    "node_netstat_TcpExt_TCPSynRetrans",
    "node_netstat_TcpExt_TCPTimeouts",
    "node_netstat_Tcp_ActiveOpens",
    "node_netstat_Tcp_CurrEstab",
    "node_netstat_Tcp_InErrs",
    "node_netstat_Tcp_InSegs",
    "node_netstat_Tcp_OutRsts",
    "node_netstat_Tcp_OutSegs",
    "node_netstat_Tcp_PassiveOpens",
    "node_netstat_Tcp_RetransSegs",
    "node_netstat_Udp6_InDatagrams",
    "node_netstat_Udp6_InErrors",
    "node_netstat_Udp6_NoPorts",
    "node_netstat_Udp6_OutDatagrams",
    "node_netstat_Udp6_RcvbufErrors",
    "node_netstat_Udp6_SndbufErrors",
    "node_netstat_UdpLite6_InErrors",
    "node_netstat_UdpLite_InErrors",
    "node_netstat_Udp_InDatagrams",
    "node_netstat_Udp_InErrors",
    "node_netstat_Udp_NoPorts",
    "node_netstat_Udp_OutDatagrams",
    "node_netstat_Udp_RcvbufErrors",
    "node_netstat_Udp_SndbufErrors",
};

constexpr auto kMetrics = [] {
  std::array<MetricDesc, kNames.size() + 1> all{};
  std::transform(kNames.begin(), kNames.end(), all.begin(), [](std::string_view name) {
    const std::string_view unit = name.ends_with("Octets") ? "bytes" : "";
    return MetricDesc{name, kUntyped, "", unit, kProtocolHelp};
  });
  all.back() = {"node_netstat_<Proto>_<Field>", kUntyped, "", "", kProtocolHelp};
  return all;
}();

class NetstatCollector final : public Collector {
 public:
  explicit NetstatCollector(const CollectorContext& context)
      : clock_(context.clock),
        read_text_(context.netstat_text),
        wanted_(context.flags.String(kFields)),
        netstat_(context.paths.Proc("net/netstat"), context.descriptors, wanted_),
        snmp_(context.paths.Proc("net/snmp"), context.descriptors, wanted_),
        snmp6_(context.paths.Proc("net/snmp6"), context.descriptors, wanted_) {}

  Status Collect(MetricBatch& out) override {
    if (Status status = AddNetstat(out); !status) return status;
    if (Status status = snmp_.Add(out); !status) return status;
    return snmp6_.Add(out);
  }

 private:
  // The dearest file of all: it is not read where that has just been done.
  Status AddNetstat(MetricBatch& out) {
    if (read_text_ != nullptr && read_text_->Copy(clock_.Monotonic(), text_)) {
      return netstat_.AddText(text_, out);
    }
    return netstat_.Add(out);
  }

  const Clock& clock_;
  const RecentText* const read_text_;
  std::string text_;
  const Pattern wanted_;
  ProtocolTable netstat_;
  ProtocolTable snmp_;
  ProtocolList snmp6_;
};

Result<std::unique_ptr<Collector>> MakeNetstat(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<NetstatCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kNetstatCollector = {
    .name = "netstat",
    .help = "Protocol counters that match a pattern.",
    .make = MakeNetstat,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
