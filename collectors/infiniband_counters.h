#pragma once

#include <array>
#include <string_view>

#include "core/metrics/metric_desc.h"

namespace hostpulse::collectors {

// What a counter's file counts.
enum class PortUnit {
  kOnes,          // What the metric counts.
  kWords,         // Four bytes, one for each lane.
  kMilliseconds,  // To be reported in whole seconds.
};

// A counter of an InfiniBand or RoCE port.
struct PortCounter {
  std::string_view directory;  // Of the port: what its files have in common.
  std::string_view file;
  MetricDesc desc;
  PortUnit unit = PortUnit::kOnes;
};

// Counters of the port that every driver may have.
constexpr PortCounter GenericCounter(std::string_view file, std::string_view name,
                                     std::string_view help) {
  return {"counters", file, {name, kCounter, "device,port", "", help}};
}

// The 64-bit counters of kernels that had 32-bit ones in the directory "counters".
constexpr PortCounter LegacyCounter(std::string_view file, std::string_view name,
                                    std::string_view help) {
  return {"counters_ext", file, {name, kCounter, "device,port", "packets", help}};
}

// What the driver of the adapter counts by itself.
constexpr PortCounter DriverCounter(std::string_view file, std::string_view name,
                                    std::string_view help) {
  return {"hw_counters", file, {name, kCounter, "device,port", "", help}};
}

constexpr PortCounter DataCounter(std::string_view directory, std::string_view file,
                                  std::string_view name, std::string_view help) {
  return {directory, file, {name, kCounter, "device,port", "bytes", help}, PortUnit::kWords};
}

inline constexpr auto kPortCounters = std::to_array<PortCounter>({
    GenericCounter("VL15_dropped", "node_infiniband_vl15_dropped_total",
                   "Management packets dropped because the port had no room for them."),
    GenericCounter("excessive_buffer_overrun_errors",
                   "node_infiniband_excessive_buffer_overrun_errors_total",
                   "Times that receive buffers overran for longer than the threshold."),
    GenericCounter("link_downed", "node_infiniband_link_downed_total",
                   "Times that recovery from an error failed and the link went down."),
    GenericCounter("link_error_recovery", "node_infiniband_link_error_recovery_total",
                   "Times that the link recovered from an error."),
    GenericCounter("local_link_integrity_errors",
                   "node_infiniband_local_link_integrity_errors_total",
                   "Times that local physical errors passed the threshold."),
    GenericCounter("multicast_rcv_packets", "node_infiniband_multicast_packets_received_total",
                   "Multicast packets received, bad ones included."),
    GenericCounter("multicast_xmit_packets", "node_infiniband_multicast_packets_transmitted_total",
                   "Multicast packets sent, bad ones included."),
    GenericCounter("port_rcv_constraint_errors",
                   "node_infiniband_port_constraint_errors_received_total",
                   "Packets received by a switch port that its rules forbid."),
    GenericCounter("port_xmit_constraint_errors",
                   "node_infiniband_port_constraint_errors_transmitted_total",
                   "Packets that a switch port did not send because its rules forbid them."),
    DataCounter("counters", "port_rcv_data", "node_infiniband_port_data_received_bytes_total",
                "Bytes received on all lanes."),
    DataCounter("counters", "port_xmit_data", "node_infiniband_port_data_transmitted_bytes_total",
                "Bytes sent on all lanes."),
    GenericCounter("port_rcv_discards", "node_infiniband_port_discards_received_total",
                   "Packets received and discarded because the port is down or congested."),
    GenericCounter("port_xmit_discards", "node_infiniband_port_discards_transmitted_total",
                   "Packets not sent but discarded because the port is down or congested."),
    GenericCounter("port_rcv_errors", "node_infiniband_port_errors_received_total",
                   "Packets received with an error."),
    GenericCounter("port_rcv_packets", "node_infiniband_port_packets_received_total",
                   "Packets received, bad ones included."),
    GenericCounter("port_xmit_packets", "node_infiniband_port_packets_transmitted_total",
                   "Packets sent, bad ones included."),
    GenericCounter("port_rcv_remote_physical_errors",
                   "node_infiniband_port_receive_remote_physical_errors_total",
                   "Packets received that another port had marked as bad."),
    GenericCounter("port_rcv_switch_relay_errors",
                   "node_infiniband_port_receive_switch_relay_errors_total",
                   "Packets that a switch received and could not forward."),
    GenericCounter("port_xmit_wait", "node_infiniband_port_transmit_wait_total",
                   "Ticks in which there was data to send and none was sent."),
    GenericCounter("symbol_error", "node_infiniband_symbol_error_total",
                   "Small errors on the physical lanes."),
    GenericCounter("unicast_rcv_packets", "node_infiniband_unicast_packets_received_total",
                   "Unicast packets received, bad ones included."),
    GenericCounter("unicast_xmit_packets", "node_infiniband_unicast_packets_transmitted_total",
                   "Unicast packets sent, bad ones included."),

    LegacyCounter("port_multicast_rcv_packets",
                  "node_infiniband_legacy_multicast_packets_received_total",
                  "Multicast packets received, as older kernels count them."),
    LegacyCounter("port_multicast_xmit_packets",
                  "node_infiniband_legacy_multicast_packets_transmitted_total",
                  "Multicast packets sent, as older kernels count them."),
    DataCounter("counters_ext", "port_rcv_data_64",
                "node_infiniband_legacy_data_received_bytes_total",
                "Bytes received on all lanes, as older kernels count them."),
    DataCounter("counters_ext", "port_xmit_data_64",
                "node_infiniband_legacy_data_transmitted_bytes_total",
                "Bytes sent on all lanes, as older kernels count them."),
    LegacyCounter("port_rcv_packets_64", "node_infiniband_legacy_packets_received_total",
                  "Packets received, as older kernels count them."),
    LegacyCounter("port_xmit_packets_64", "node_infiniband_legacy_packets_transmitted_total",
                  "Packets sent, as older kernels count them."),
    LegacyCounter("port_unicast_rcv_packets",
                  "node_infiniband_legacy_unicast_packets_received_total",
                  "Unicast packets received, as older kernels count them."),
    LegacyCounter("port_unicast_xmit_packets",
                  "node_infiniband_legacy_unicast_packets_transmitted_total",
                  "Unicast packets sent, as older kernels count them."),

    DriverCounter("duplicate_request", "node_infiniband_duplicate_requests_packets_total",
                  "Requests received a second time."),
    DriverCounter("implied_nak_seq_err", "node_infiniband_implied_nak_seq_errors_total",
                  "Acknowledgements that came before that of an earlier read or atomic request."),
    {"hw_counters",
     "lifespan",
     {"node_infiniband_lifespan_seconds", kGauge, "device,port", "seconds",
      "For how long the driver keeps its counters before it asks the adapter again, in whole "
      "seconds."},
     PortUnit::kMilliseconds},
    DriverCounter("local_ack_timeout_err", "node_infiniband_local_ack_timeout_errors_total",
                  "Times that the timer for an acknowledgement ran out on the sender's side."),
    DriverCounter("np_cnp_sent", "node_infiniband_np_cnp_packets_sent_total",
                  "Congestion notifications sent for marked packets."),
    DriverCounter("np_ecn_marked_roce_packets",
                  "node_infiniband_np_ecn_marked_roce_packets_received_total",
                  "RoCE packets received that were marked as having met congestion."),
    DriverCounter("out_of_buffer", "node_infiniband_out_of_buffer_drops_total",
                  "Packets dropped because the queue pair had no receive buffer posted."),
    DriverCounter("out_of_sequence", "node_infiniband_out_of_sequence_packets_received_total",
                  "Packets received out of sequence."),
    DriverCounter("packet_seq_err", "node_infiniband_packet_sequence_errors_total",
                  "Answers received that report packets out of sequence."),
    DriverCounter("req_cqe_error", "node_infiniband_req_cqes_errors_total",
                  "Requests that completed with an error."),
    DriverCounter("req_cqe_flush_error", "node_infiniband_req_cqes_flush_errors_total",
                  "Requests that completed by being flushed."),
    DriverCounter("req_remote_access_errors", "node_infiniband_req_remote_access_errors_total",
                  "Requests that the other side refused for want of the right of access."),
    DriverCounter("req_remote_invalid_request",
                  "node_infiniband_req_remote_invalid_request_errors_total",
                  "Requests that the other side called invalid."),
    DriverCounter("resp_cqe_error", "node_infiniband_resp_cqes_errors_total",
                  "Answers that completed with an error."),
    DriverCounter("resp_cqe_flush_error", "node_infiniband_resp_cqes_flush_errors_total",
                  "Answers that completed by being flushed."),
    DriverCounter("resp_local_length_error", "node_infiniband_resp_local_length_errors_total",
                  "Requests received whose length was wrong."),
    DriverCounter("resp_remote_access_errors", "node_infiniband_resp_remote_access_errors_total",
                  "Requests received and refused for want of the right of access."),
    DriverCounter("rnr_nak_retry_err", "node_infiniband_rnr_nak_retry_packets_received_total",
                  "Refusals received because the other side was not ready."),
    DriverCounter("roce_adp_retrans", "node_infiniband_roce_adp_retransmits_total",
                  "Adaptive retransmissions of RoCE."),
    DriverCounter("roce_adp_retrans_to", "node_infiniband_roce_adp_retransmits_timeout_total",
                  "Times that RoCE timed out because of an adaptive retransmission."),
    DriverCounter("roce_slow_restart", "node_infiniband_roce_slow_restart_used_total",
                  "Times that the slow restart of RoCE was used."),
    DriverCounter("roce_slow_restart_cnps", "node_infiniband_roce_slow_restart_cnps_total",
                  "Congestion notifications that the slow restart of RoCE made."),
    DriverCounter("roce_slow_restart_trans", "node_infiniband_roce_slow_restart_total",
                  "Times that the slow restart of RoCE changed its state."),
    DriverCounter("rp_cnp_handled", "node_infiniband_rp_cnp_packets_handled_total",
                  "Congestion notifications received that made the sender slow down."),
    DriverCounter("rp_cnp_ignored", "node_infiniband_rp_cnp_ignored_packets_received_total",
                  "Congestion notifications received and ignored."),
    DriverCounter("rx_atomic_requests", "node_infiniband_rx_atomic_requests_total",
                  "Atomic requests received."),
    DriverCounter("rx_dct_connect", "node_infiniband_rx_dct_connect_requests_total",
                  "Requests received to connect a dynamically connected transport."),
    DriverCounter("rx_icrc_encapsulated", "node_infiniband_rx_icrc_encapsulated_errors_total",
                  "RoCE packets received with a wrong invariant checksum."),
    DriverCounter("rx_read_requests", "node_infiniband_rx_read_requests_total",
                  "Read requests received."),
    DriverCounter("rx_write_requests", "node_infiniband_rx_write_requests_total",
                  "Write requests received."),
});

}  // namespace hostpulse::collectors
