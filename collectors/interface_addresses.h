#pragma once

#include <string_view>

#include "collectors/rtnetlink.h"
#include "core/metrics/metric_batch.h"
#include "core/result.h"

namespace hostpulse::collectors {

inline constexpr MetricDesc kAddressInfo = {
    "node_network_address_info", kGauge, "address,device,netmask,scope", "1",
    "IP address of the interface; the netmask is the length of its prefix."};

// "link-local", which takes in the loopback as it does for node_exporter, "interface-local",
// "global", or nothing for an address of another kind. Takes 4 or 16 bytes.
std::string_view AddressScope(std::span<const std::byte> address);

// Adds node_network_address_info for every address of every interface.
// Errors: as NetlinkSocket::Dump.
Status AddAddresses(const Rtnetlink& source, MetricBatch& out);

}  // namespace hostpulse::collectors
