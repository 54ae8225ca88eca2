#pragma once

#include <linux/if_link.h>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "core/metrics/metric_batch.h"

namespace hostpulse::collectors {

using LinkStats = rtnl_link_stats64;

// A counter of an interface: the sum of some of the kernel's statistics.
struct LinkCounter {
  using Field = __u64 LinkStats::*;
  MetricDesc desc;
  std::array<Field, 4> fields{};  // Those behind the last one are null.
};

constexpr LinkCounter MakeLinkCounter(std::string_view name, std::string_view help,
                                      std::array<LinkCounter::Field, 4> fields) {
  const std::string_view unit = name.ends_with("_bytes_total") ? "bytes" : "";
  return {{name, kCounter, "device", unit, help}, fields};
}

inline constexpr std::array<LinkCounter, 6> kCommonLinkCounters = {
    MakeLinkCounter("node_network_receive_bytes_total", "Bytes received.", {&LinkStats::rx_bytes}),
    MakeLinkCounter("node_network_receive_packets_total", "Packets received.",
                    {&LinkStats::rx_packets}),
    MakeLinkCounter("node_network_receive_compressed_total", "Compressed packets received.",
                    {&LinkStats::rx_compressed}),
    MakeLinkCounter("node_network_transmit_bytes_total", "Bytes sent.", {&LinkStats::tx_bytes}),
    MakeLinkCounter("node_network_transmit_packets_total", "Packets sent.",
                    {&LinkStats::tx_packets}),
    MakeLinkCounter("node_network_transmit_compressed_total", "Compressed packets sent.",
                    {&LinkStats::tx_compressed}),
};

// What /proc/net/dev says in one number where the kernel counts several things.
inline constexpr std::array<LinkCounter, 10> kClassicLinkCounters = {
    MakeLinkCounter("node_network_receive_errs_total", "Bad packets received.",
                    {&LinkStats::rx_errors}),
    MakeLinkCounter("node_network_receive_drop_total",
                    "Packets received and dropped, or missed for want of a buffer.",
                    {&LinkStats::rx_dropped, &LinkStats::rx_missed_errors}),
    MakeLinkCounter("node_network_transmit_errs_total", "Packets that could not be sent.",
                    {&LinkStats::tx_errors}),
    MakeLinkCounter("node_network_transmit_drop_total", "Packets dropped instead of being sent.",
                    {&LinkStats::tx_dropped}),
    MakeLinkCounter("node_network_receive_fifo_total", "Overruns of the receive queue.",
                    {&LinkStats::rx_fifo_errors}),
    MakeLinkCounter("node_network_receive_frame_total",
                    "Packets received with a wrong frame, length or checksum, or too long for the "
                    "ring.",
                    {&LinkStats::rx_frame_errors, &LinkStats::rx_length_errors,
                     &LinkStats::rx_over_errors, &LinkStats::rx_crc_errors}),
    MakeLinkCounter("node_network_receive_multicast_total", "Multicast packets received.",
                    {&LinkStats::multicast}),
    MakeLinkCounter("node_network_transmit_fifo_total", "Underruns of the transmit queue.",
                    {&LinkStats::tx_fifo_errors}),
    MakeLinkCounter("node_network_transmit_colls_total", "Collisions while sending.",
                    {&LinkStats::collisions}),
    MakeLinkCounter("node_network_transmit_carrier_total",
                    "Packets not sent for want of a carrier or a heartbeat, because of an abort or "
                    "of a late collision.",
                    {&LinkStats::tx_carrier_errors, &LinkStats::tx_aborted_errors,
                     &LinkStats::tx_heartbeat_errors, &LinkStats::tx_window_errors}),
};

// One metric for each of the kernel's counters. The first four are those of the classic names'
// first four, as far as /proc/net/dev has them.
inline constexpr std::array<LinkCounter, 17> kDetailedLinkCounters = {
    MakeLinkCounter("node_network_receive_errors_total", "Bad packets received.",
                    {&LinkStats::rx_errors}),
    MakeLinkCounter("node_network_receive_dropped_total", "Packets received and dropped.",
                    {&LinkStats::rx_dropped}),
    MakeLinkCounter("node_network_transmit_errors_total", "Packets that could not be sent.",
                    {&LinkStats::tx_errors}),
    MakeLinkCounter("node_network_transmit_dropped_total", "Packets dropped instead of being sent.",
                    {&LinkStats::tx_dropped}),
    MakeLinkCounter("node_network_receive_length_errors_total",
                    "Packets received with a wrong length.", {&LinkStats::rx_length_errors}),
    MakeLinkCounter("node_network_receive_over_errors_total",
                    "Packets received that were too long for the ring.",
                    {&LinkStats::rx_over_errors}),
    MakeLinkCounter("node_network_receive_crc_errors_total",
                    "Packets received with a wrong checksum.", {&LinkStats::rx_crc_errors}),
    MakeLinkCounter("node_network_receive_frame_errors_total",
                    "Packets received with a wrong frame.", {&LinkStats::rx_frame_errors}),
    MakeLinkCounter("node_network_receive_fifo_errors_total", "Overruns of the receive queue.",
                    {&LinkStats::rx_fifo_errors}),
    MakeLinkCounter("node_network_receive_missed_errors_total",
                    "Packets missed for want of a receive buffer.", {&LinkStats::rx_missed_errors}),
    MakeLinkCounter("node_network_multicast_total", "Multicast packets received.",
                    {&LinkStats::multicast}),
    MakeLinkCounter("node_network_transmit_aborted_errors_total",
                    "Packets whose sending was aborted.", {&LinkStats::tx_aborted_errors}),
    MakeLinkCounter("node_network_transmit_carrier_errors_total",
                    "Packets not sent because the carrier was lost.",
                    {&LinkStats::tx_carrier_errors}),
    MakeLinkCounter("node_network_transmit_fifo_errors_total", "Underruns of the transmit queue.",
                    {&LinkStats::tx_fifo_errors}),
    MakeLinkCounter("node_network_transmit_heartbeat_errors_total",
                    "Packets sent without the heartbeat of the transceiver.",
                    {&LinkStats::tx_heartbeat_errors}),
    MakeLinkCounter("node_network_transmit_window_errors_total",
                    "Packets not sent because of a late collision.",
                    {&LinkStats::tx_window_errors}),
    MakeLinkCounter("node_network_collisions_total", "Collisions while sending.",
                    {&LinkStats::collisions}),
};

// Not in /proc/net/dev, and not in the answer of Linux before 4.6.
inline constexpr std::array<LinkCounter, 1> kNoHandlerLinkCounter = {
    MakeLinkCounter("node_network_receive_nohandler_total",
                    "Packets received and dropped because nothing on the host takes them.",
                    {&LinkStats::rx_nohandler}),
};

// Adds a set of counters for one interface after the other. One thread at a time.
class LinkCounterWriter {
 public:
  void Select(std::span<const LinkCounter> counters);

  // Before the first Add of a collection; `out` must not be finished before the last one.
  void Open(MetricBatch& out);

  // What lies behind the first `bytes` of `stats` is not known and left out. `labels` as
  // FamilyBuilder::Add takes them.
  void Add(std::span<const LabelView> labels, const LinkStats& stats,
           std::size_t bytes = sizeof(LinkStats));

 private:
  struct Entry {
    const LinkCounter* counter;
    FamilyBuilder* family;
  };
  std::vector<Entry> entries_;
};

}  // namespace hostpulse::collectors
