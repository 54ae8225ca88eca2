#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "collectors/kernel/kernel_file.h"
#include "collectors/kernel/scanner.h"
#include "core/metrics/metric_batch.h"

// What the two ways of the netclass collector share: files of sysfs and rtnetlink.
namespace hostpulse::collectors {

inline constexpr std::string_view kNetclassIgnored = "collector.netclass.ignored-devices";
inline constexpr std::string_view kNetclassIgnoreInvalidSpeed =
    "collector.netclass.ignore-invalid-speed";
inline constexpr std::string_view kNetclassRtnlStats = "collector.netclass_rtnl.with-stats";

// The attributes of an interface that are numbers.
enum class LinkAttribute {
  kAddressAssignType,
  kCarrier,
  kCarrierChanges,
  kCarrierDown,
  kCarrierUp,
  kDeviceId,
  kDormant,
  kFlags,
  kIndex,
  kLink,
  kLinkMode,
  kMtu,
  kNameAssignType,
  kGroup,
  kType,
  kSpeed,
  kTransmitQueueLength,
  kCount,
};

constexpr std::size_t Index(LinkAttribute attribute) {
  return static_cast<std::size_t>(attribute);
}

// In the order of LinkAttribute.
inline constexpr std::array<MetricDesc, Index(LinkAttribute::kCount)> kLinkAttributes = {{
    {"node_network_address_assign_type", kGauge, "device", "",
     "How the interface got its hardware address: 0 permanent, 1 random, 2 stolen, 3 set."},
    {"node_network_carrier", kGauge, "device", "bool", "Whether the interface has a carrier."},
    {"node_network_carrier_changes_total", kCounter, "device", "",
     "Times that the carrier came or went."},
    {"node_network_carrier_down_changes_total", kCounter, "device", "",
     "Times that the carrier went."},
    {"node_network_carrier_up_changes_total", kCounter, "device", "",
     "Times that the carrier came."},
    {"node_network_device_id", kGauge, "device", "",
     "Tells apart interfaces that share a hardware address."},
    {"node_network_dormant", kGauge, "device", "bool", "Whether the interface is dormant."},
    {"node_network_flags", kGauge, "device", "", "Flags of the interface (IFF_UP and others)."},
    {"node_network_iface_id", kGauge, "device", "", "Index of the interface."},
    {"node_network_iface_link", kGauge, "device", "", "Index of the interface below, or its own."},
    {"node_network_iface_link_mode", kGauge, "device", "",
     "Link mode of the interface: 0 default, 1 dormant."},
    {"node_network_mtu_bytes", kGauge, "device", "bytes",
     "Largest packet that the interface sends."},
    {"node_network_name_assign_type", kGauge, "device", "",
     "How the interface got its name: 1 by the kernel, 2 predictable, 3 by a user, 4 renamed."},
    {"node_network_net_dev_group", kGauge, "device", "", "Group of the interface."},
    {"node_network_protocol_type", kGauge, "device", "",
     "Type of the interface's hardware (ARPHRD_ETHER and others)."},
    {"node_network_speed_bytes", kGauge, "device", "bytes/second",
     "Speed of the interface; -125000 where it is not known."},
    {"node_network_transmit_queue_length", kGauge, "device", "",
     "Most packets that wait to be sent."},
}};

inline constexpr MetricDesc kLinkUp = {"node_network_up", kGauge, "device", "bool",
                                       "Whether the operational state of the interface is up."};
inline constexpr MetricDesc kLinkInfo = {
    "node_network_info", kGauge, "address,adminstate,broadcast,device,duplex,ifalias,operstate",
    "1", "What of the interface is not a number; the value is always 1."};
inline constexpr MetricDesc kAltnamesInfo = {"node_network_altnames_info", kGauge, "altname,device",
                                             "1", "Another name of the interface."};

// The kernel counts in Mbit/s.
inline constexpr double kSpeedScale = 1000.0 * 1000 / 8;

// The number in a file of sysfs, with 0x in front where it is hexadecimal. Nothing where there is
// no file, no value (EINVAL: an interface that is down has no carrier) or no number: node_exporter
// leaves that one series out.
inline std::optional<std::int64_t> ReadNetclassNumber(kernel::KernelFile& file) {
  const auto text = file.TryReadTrimmed();
  if (!text) return std::nullopt;
  if (text->starts_with("0x")) return kernel::ParseNumber<std::int64_t>(text->substr(2), 16);
  return kernel::ParseNumber<std::int64_t>(*text);
}

}  // namespace hostpulse::collectors
