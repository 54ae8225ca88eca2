// Socket counts and memory by protocol, from /proc/net/sockstat and sockstat6.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kInuseHelp = "Sockets of the protocol in use.";
constexpr std::string_view kOrphanHelp = "TCP sockets that no process holds any more.";
constexpr std::string_view kTimeWaitHelp = "TCP sockets in the state TIME_WAIT.";
constexpr std::string_view kAllocHelp = "TCP sockets that are allocated.";
constexpr std::string_view kPagesHelp = "Memory of the protocol's sockets in pages.";
constexpr std::string_view kBytesHelp = "Memory of the protocol's sockets in bytes.";

constexpr MetricDesc kSocketsUsed = {"node_sockstat_sockets_used", kGauge, "", "",
                                     "Sockets in use."};

constexpr std::array<MetricDesc, 21> kMetrics = {{
    {"node_sockstat_FRAG6_inuse", kGauge, "", "", kInuseHelp},
    {"node_sockstat_FRAG6_memory", kGauge, "", "bytes", kBytesHelp},
    {"node_sockstat_FRAG_inuse", kGauge, "", "", kInuseHelp},
    {"node_sockstat_FRAG_memory", kGauge, "", "bytes", kBytesHelp},
    {"node_sockstat_RAW6_inuse", kGauge, "", "", kInuseHelp},
    {"node_sockstat_RAW_inuse", kGauge, "", "", kInuseHelp},
    {"node_sockstat_TCP6_inuse", kGauge, "", "", kInuseHelp},
    {"node_sockstat_TCP_alloc", kGauge, "", "", kAllocHelp},
    {"node_sockstat_TCP_inuse", kGauge, "", "", kInuseHelp},
    {"node_sockstat_TCP_mem", kGauge, "", "pages", kPagesHelp},
    {"node_sockstat_TCP_mem_bytes", kGauge, "", "bytes", kBytesHelp},
    {"node_sockstat_TCP_orphan", kGauge, "", "", kOrphanHelp},
    {"node_sockstat_TCP_tw", kGauge, "", "", kTimeWaitHelp},
    {"node_sockstat_UDP6_inuse", kGauge, "", "", kInuseHelp},
    {"node_sockstat_UDPLITE6_inuse", kGauge, "", "", kInuseHelp},
    {"node_sockstat_UDPLITE_inuse", kGauge, "", "", kInuseHelp},
    {"node_sockstat_UDP_inuse", kGauge, "", "", kInuseHelp},
    {"node_sockstat_UDP_mem", kGauge, "", "pages", kPagesHelp},
    {"node_sockstat_UDP_mem_bytes", kGauge, "", "bytes", kBytesHelp},
    kSocketsUsed,
    {"node_sockstat_<PROTO>_<field>", kGauge, "", "",
     "Field of another protocol, as the kernel names the two."},
}};

struct Field {
  std::string_view key;
  std::string_view help;
};
// What a protocol's line may hold; other keys are passed over, as node_exporter does.
constexpr std::array<Field, 6> kFields = {{
    {"inuse", kInuseHelp},
    {"orphan", kOrphanHelp},
    {"tw", kTimeWaitHelp},
    {"alloc", kAllocHelp},
    {"mem", kPagesHelp},
    {"memory", kBytesHelp},
}};

// Part of a metric's name.
bool IsName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

class SockstatCollector final : public Collector {
 public:
  explicit SockstatCollector(const CollectorContext& context)
      : sockstat_(context.paths.Proc("net/sockstat"), context.descriptors,
                  kernel::FileKind::kSingle),
        sockstat6_(context.paths.Proc("net/sockstat6"), context.descriptors,
                   kernel::FileKind::kSingle),
        page_bytes_(static_cast<double>(::sysconf(_SC_PAGESIZE))) {}

  Status Collect(MetricBatch& out) override {
    if (Status status = AddFile(sockstat_, out); !status) return status;
    return AddFile(sockstat6_, out);
  }

 private:
  Status AddFile(kernel::KernelFile& file, MetricBatch& out) {
    const auto text = file.TryRead();
    // Either is missing where its version of IP is off: no error, as node_exporter has it.
    if (!text && file.last_errno() == ENOENT) return {};
    if (!text) return kernel::ErrnoStatus(file.path(), "read", file.last_errno());
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      if (!AddLine(line, out))
        return kernel::ParseError(file.path(), "pairs of key and value", line);
    }
    return {};
  }

  // False where the line is not "PROTOCOL: key value key value ...".
  bool AddLine(std::string_view line, MetricBatch& out) {
    kernel::FieldScanner fields(line);
    std::string_view protocol = fields.Next();
    if (protocol.ends_with(':')) protocol.remove_suffix(1);
    if (!IsName(protocol) || kernel::Trim(fields.rest()).empty()) return false;
    for (std::string_view key = fields.Next(); !key.empty(); key = fields.Next()) {
      const auto value = fields.NextNumber<std::int64_t>();
      if (!value) return false;
      Add(protocol, key, static_cast<double>(*value), out);
    }
    return true;
  }

  void Add(std::string_view protocol, std::string_view key, double value, MetricBatch& out) {
    if (protocol == "sockets") {
      if (key == "used") out.Family(kSocketsUsed).Add(value);
      return;
    }
    const auto field = std::find_if(kFields.begin(), kFields.end(),
                                    [key](const Field& f) { return f.key == key; });
    if (field == kFields.end()) return;
    name_.assign("node_sockstat_").append(protocol).append("_").append(key);
    out.Family(name_, field->help, kGauge).Add(value);
    if (key != "mem") return;
    name_.append("_bytes");
    out.Family(name_, kBytesHelp, kGauge).Add(value * page_bytes_);
  }

  kernel::KernelFile sockstat_;
  kernel::KernelFile sockstat6_;
  const double page_bytes_;
  std::string name_;  // Of the metric being added; keeps its storage.
};

Result<std::unique_ptr<Collector>> MakeSockstat(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<SockstatCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kSockstatCollector = {
    .name = "sockstat",
    .help = "Socket counts and memory by protocol.",
    .make = MakeSockstat,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
