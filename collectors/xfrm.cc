// Errors of IPsec transforms, from /proc/net/xfrm_stat.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kPackets = "packets";

// In the order of kFields.
constexpr std::array<MetricDesc, 28> kMetrics = {{
    {"node_xfrm_in_error_packets_total", kCounter, "", kPackets,
     "Packets received and dropped for a reason that no other counter has."},
    {"node_xfrm_in_buffer_error_packets_total", kCounter, "", kPackets,
     "Packets received and dropped for want of memory."},
    {"node_xfrm_in_hdr_error_packets_total", kCounter, "", kPackets,
     "Packets received with a bad header."},
    {"node_xfrm_in_no_states_packets_total", kCounter, "", kPackets,
     "Packets received for which no state is known: wrong address, SPI or protocol."},
    {"node_xfrm_in_state_proto_error_packets_total", kCounter, "", kPackets,
     "Packets received that the transform of their state refused, such as for a wrong key."},
    {"node_xfrm_in_state_mode_error_packets_total", kCounter, "", kPackets,
     "Packets received that the mode of their state (tunnel, transport) refused."},
    {"node_xfrm_in_state_seq_error_packets_total", kCounter, "", kPackets,
     "Packets received with a sequence number outside of the replay window."},
    {"node_xfrm_in_state_expired_packets_total", kCounter, "", kPackets,
     "Packets received whose state has expired."},
    {"node_xfrm_in_state_mismatch_packets_total", kCounter, "", kPackets,
     "Packets received whose state has other options, such as the UDP encapsulation."},
    {"node_xfrm_in_state_invalid_packets_total", kCounter, "", kPackets,
     "Packets received whose state is not valid."},
    {"node_xfrm_in_tmpl_mismatch_packets_total", kCounter, "", kPackets,
     "Packets received whose states fit no template of the policy."},
    {"node_xfrm_in_no_pols_packets_total", kCounter, "", kPackets,
     "Packets received whose states have no policy."},
    {"node_xfrm_in_pol_block_packets_total", kCounter, "", kPackets,
     "Packets received and dropped by a policy."},
    {"node_xfrm_in_pol_error_packets_total", kCounter, "", kPackets,
     "Packets received and dropped because of an error in the policy."},
    {"node_xfrm_out_error_packets_total", kCounter, "", kPackets,
     "Packets to be sent and dropped for a reason that no other counter has."},
    {"node_xfrm_out_bundle_gen_error_packets_total", kCounter, "", kPackets,
     "Packets to be sent for which no bundle of transforms could be made."},
    {"node_xfrm_out_bundle_check_error_packets_total", kCounter, "", kPackets,
     "Packets to be sent whose bundle of transforms was found wanting."},
    {"node_xfrm_out_no_states_packets_total", kCounter, "", kPackets,
     "Packets to be sent for which no state is known."},
    {"node_xfrm_out_state_proto_error_packets_total", kCounter, "", kPackets,
     "Packets to be sent that the transform of their state refused."},
    {"node_xfrm_out_state_mode_error_packets_total", kCounter, "", kPackets,
     "Packets to be sent that the mode of their state (tunnel, transport) refused."},
    {"node_xfrm_out_state_seq_error_packets_total", kCounter, "", kPackets,
     "Packets to be sent whose state has used up its sequence numbers."},
    {"node_xfrm_out_state_expired_packets_total", kCounter, "", kPackets,
     "Packets to be sent whose state has expired."},
    {"node_xfrm_out_pol_block_packets_total", kCounter, "", kPackets,
     "Packets to be sent and dropped by a policy."},
    {"node_xfrm_out_pol_dead_packets_total", kCounter, "", kPackets,
     "Packets to be sent whose policy was being deleted."},
    {"node_xfrm_out_pol_error_packets_total", kCounter, "", kPackets,
     "Packets to be sent and dropped because of an error in the policy."},
    {"node_xfrm_fwd_hdr_error_packets_total", kCounter, "", kPackets,
     "Packets to be forwarded whose header did not fit a policy."},
    {"node_xfrm_out_state_invalid_packets_total", kCounter, "", kPackets,
     "Packets to be sent whose state is not valid."},
    {"node_xfrm_acquire_error_packets_total", kCounter, "", kPackets,
     "Packets to be sent whose state was still being negotiated."},
}};

// As the kernel prints them. Those of newer kernels have no metric.
constexpr std::array<std::string_view, kMetrics.size()> kFields = {
    "XfrmInError",
    "XfrmInBufferError",
    "XfrmInHdrError",
    "XfrmInNoStates",
    "XfrmInStateProtoError",
    "XfrmInStateModeError",
    "XfrmInStateSeqError",
    "XfrmInStateExpired",
    "XfrmInStateMismatch",
    "XfrmInStateInvalid",
    "XfrmInTmplMismatch",
    "XfrmInNoPols",
    "XfrmInPolBlock",
    "XfrmInPolError",
    "XfrmOutError",
    "XfrmOutBundleGenError",
    "XfrmOutBundleCheckError",
    "XfrmOutNoStates",
    "XfrmOutStateProtoError",
    "XfrmOutStateModeError",
    "XfrmOutStateSeqError",
    "XfrmOutStateExpired",
    "XfrmOutPolBlock",
    "XfrmOutPolDead",
    "XfrmOutPolError",
    "XfrmFwdHdrError",
    "XfrmOutStateInvalid",
    "XfrmAcquireError",
};

class XfrmCollector final : public Collector {
 public:
  explicit XfrmCollector(const CollectorContext& context)
      : file_(context.paths.Proc("net/xfrm_stat"), context.descriptors,
              kernel::FileKind::kShortRecords) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      kernel::FieldScanner fields(line);
      const std::string_view name = fields.Next();
      const auto value = fields.NextNumber<std::uint64_t>();
      if (!value || !fields.Next().empty())
        return kernel::ParseError(file_.path(), "counter", line);
      const auto field = std::find(kFields.begin(), kFields.end(), name);
      if (field == kFields.end()) continue;
      const auto index = static_cast<std::size_t>(field - kFields.begin());
      out.Family(kMetrics[index]).Add(static_cast<double>(*value));
    }
    return {};
  }

 private:
  kernel::KernelFile file_;
};

Result<std::unique_ptr<Collector>> MakeXfrm(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<XfrmCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kXfrmCollector = {
    .name = "xfrm",
    .on_by_default = false,
    .help = "Errors of IPsec transforms (/proc/net/xfrm_stat).",
    .make = MakeXfrm,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
