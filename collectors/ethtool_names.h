#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/device_filter.h"
#include "core/metrics/metric_desc.h"

namespace hostpulse::collectors {

// What most drivers count, and the form of the rest.
inline constexpr std::array<MetricDesc, 8> kEthtoolStats = {{
    {"node_ethtool_received_bytes_total", kUntyped, "device", "bytes", "Bytes received."},
    {"node_ethtool_received_dropped_total", kUntyped, "device", "", "Packets received, dropped."},
    {"node_ethtool_received_errors_total", kUntyped, "device", "", "Bad packets received."},
    {"node_ethtool_received_packets_total", kUntyped, "device", "", "Packets received."},
    {"node_ethtool_transmitted_bytes_total", kUntyped, "device", "bytes", "Bytes sent."},
    {"node_ethtool_transmitted_errors_total", kUntyped, "device", "",
     "Packets that could not be sent."},
    {"node_ethtool_transmitted_packets_total", kUntyped, "device", "", "Packets sent."},
    {"node_ethtool_<stat>", kUntyped, "device", "", "What the driver counts under this name."},
}};

// A statistic of a driver as a metric.
struct EthtoolStatName {
  std::string family;  // "node_ethtool_port_received_dropped".
  std::string help;
  std::size_t index = 0;  // Of the value among the driver's.
};

// The metric of a statistic that is called so, with every character that may not stand in a metric
// replaced by an underscore: lower case, no underscores in front, the words rx and tx spelt out.
// The seven that every driver should have end in _total. Empty where nothing is left.
std::string EthtoolFamily(std::string_view sanitized);

// The statistics whose sanitized names `wanted` matches. Names are padded to ETH_GSTRING_LEN. A
// metric that several statistics would have is left out; a name that repeats stands for the last.
std::vector<EthtoolStatName> NameEthtoolStats(std::span<const char> names, const Pattern& wanted);

}  // namespace hostpulse::collectors
