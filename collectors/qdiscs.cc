#include "collectors/qdiscs.h"

#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "collectors/kernel/netlink.h"

namespace hostpulse::collectors {
namespace {

using kernel::ForEachAttribute;
using kernel::NetlinkAttribute;

// What TCA_STATS2 holds. False without the basic counters.
bool ReadStats(std::span<const std::byte> attributes, QdiscStats& stats) {
  gnet_stats_basic basic{};
  gnet_stats_queue queue{};
  std::optional<std::uint64_t> all_packets;
  bool has_basic = false;
  ForEachAttribute(attributes, [&](const NetlinkAttribute& attribute) {
    std::uint64_t number = 0;
    if (attribute.type == TCA_STATS_BASIC) has_basic = attribute.CopyTo(basic);
    if (attribute.type == TCA_STATS_QUEUE) attribute.CopyTo(queue);
    if (attribute.type == TCA_STATS_PKT64 && attribute.CopyTo(number)) all_packets = number;
  });
  // The kernel adds the long number of packets once they do not fit into the short one.
  stats = {.bytes = basic.bytes,
           .packets = all_packets.value_or(basic.packets),
           .drops = queue.drops,
           .requeues = queue.requeues,
           .overlimits = queue.overlimits,
           .queue_length = queue.qlen,
           .backlog = queue.backlog};
  return has_basic;
}

}  // namespace

bool Qdisc::IsRoot() const {
  return parent == TC_H_ROOT || parent == TC_H_UNSPEC;
}

std::optional<Qdisc> ParseQdisc(std::span<const std::byte> body) {
  const auto header = kernel::ReadHeader<tcmsg>(body);
  if (!header) return std::nullopt;
  Qdisc qdisc{.index = static_cast<std::uint32_t>(header->tcm_ifindex),
              .parent = header->tcm_parent,
              .kind = {},
              .stats = {}};
  bool has_stats = false;
  ForEachAttribute(kernel::AttributesBehind<tcmsg>(body), [&](const NetlinkAttribute& attribute) {
    if (attribute.type == TCA_KIND) qdisc.kind = attribute.text();
    if (attribute.type == TCA_STATS2) has_stats = ReadStats(attribute.payload, qdisc.stats);
  });
  if (!has_stats) return std::nullopt;
  return qdisc;
}

Status DumpQdiscs(const NetlinkDump& dump, FunctionRef<void(const Qdisc&)> visit) {
  const tcmsg request{};
  return dump(RTM_GETQDISC, std::as_bytes(std::span(&request, 1)),
              [&visit](std::uint16_t type, std::span<const std::byte> body) {
                if (type != RTM_NEWQDISC) return;
                if (const auto qdisc = ParseQdisc(body)) visit(*qdisc);
              });
}

}  // namespace hostpulse::collectors
