// Interfaces and stations of wireless networks, from nl80211 or fixture files.

#include "collectors/wifi.h"

#include <linux/netlink.h>
#include <linux/nl80211.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/families.h"
#include "collectors/hardware_address.h"
#include "collectors/nl80211.h"
#include "collectors/wifi_fixtures.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kFixtures = "collector.wifi.fixtures";

constexpr std::array<FlagSpec, 1> kFlags = {{
    {.name = kFixtures, .help = "Directory of JSON files to read instead of netlink."},
}};

constexpr MetricDesc kFrequency = {"node_wifi_interface_frequency_hertz", kGauge, "device", "hertz",
                                   "Frequency of the channel that the interface is on."};
constexpr MetricDesc kInfo = {"node_wifi_station_info", kGauge, "bssid,device,mode,ssid", "1",
                              "The wireless network that the interface has joined."};

constexpr std::string_view kStationLabels = "device,mac_address";
// In the order of WifiStat.
constexpr std::array<MetricDesc, kWifiStats> kStations = {{
    {"node_wifi_station_connected_seconds_total", kCounter, kStationLabels, "seconds",
     "Time since the station connected."},
    {"node_wifi_station_inactive_seconds", kGauge, kStationLabels, "seconds",
     "Time since the station was last heard or sent to."},
    {"node_wifi_station_receive_bits_per_second", kGauge, kStationLabels, "bits/second",
     "Bit rate of what was last received from the station."},
    {"node_wifi_station_transmit_bits_per_second", kGauge, kStationLabels, "bits/second",
     "Bit rate of what was last sent to the station."},
    {"node_wifi_station_signal_dbm", kGauge, kStationLabels, "dBm",
     "Strength of the signal last received from the station."},
    {"node_wifi_station_transmit_retries_total", kCounter, kStationLabels, "events",
     "Times that a packet was sent to the station once more."},
    {"node_wifi_station_transmit_failed_total", kCounter, kStationLabels, "events",
     "Packets to the station given up after all retries."},
    {"node_wifi_station_beacon_loss_total", kCounter, kStationLabels, "events",
     "Times that the beacons of the station were missing for too long."},
    {"node_wifi_station_receive_bytes_total", kCounter, kStationLabels, "bytes",
     "Bytes received from the station."},
    {"node_wifi_station_transmit_bytes_total", kCounter, kStationLabels, "bytes",
     "Bytes sent to the station."},
    {"node_wifi_station_received_packets_total", kCounter, kStationLabels, "packets",
     "Packets received from the station."},
    {"node_wifi_station_transmitted_packets_total", kCounter, kStationLabels, "packets",
     "Packets sent to the station."},
}};

constexpr auto kMetrics = [] {
  std::array<MetricDesc, kStations.size() + 2> all{kFrequency, kInfo};
  std::copy(kStations.begin(), kStations.end(), all.begin() + 2);
  return all;
}();

std::string_view Mode(std::uint32_t status) {
  switch (status) {
    case NL80211_BSS_STATUS_AUTHENTICATED:
    case NL80211_BSS_STATUS_ASSOCIATED:
      return "client";
    case NL80211_BSS_STATUS_IBSS_JOINED:
      return "ad-hoc";
    default:
      return "unknown";
  }
}

class WifiCollector final : public Collector {
 public:
  explicit WifiCollector(std::unique_ptr<WifiSource> source) : source_(std::move(source)) {}

  // An interface that fails does not keep the others from being reported.
  Status Collect(MetricBatch& out) override {
    if (Status status = ListInterfaces(); !status) return status;
    frequency_ = &out.Family(kFrequency);
    info_ = &out.Family(kInfo);
    stations_ = OpenFamilies(kStations, out);
    Status first_failure;
    for (std::size_t i = 0; i < count_; ++i) {
      Status status = AddInterface(interfaces_[i]);
      if (first_failure.ok()) first_failure = std::move(status);
    }
    return first_failure;
  }

 private:
  // Kept with its name, because the source can tell one thing at a time only.
  struct Interface {
    std::string name;
    WifiInterface facts;
  };

  Status ListInterfaces() {
    count_ = 0;
    return source_->VisitInterfaces([this](const WifiInterface& found) {
      if (found.name.empty()) return;
      if (count_ == interfaces_.size()) interfaces_.emplace_back();
      Interface& kept = interfaces_[count_++];
      kept.name = found.name;
      kept.facts = found;
    });
  }

  Status AddInterface(Interface& interface) {
    interface.facts.name = interface.name;
    const std::string_view device = interface.name;
    frequency_->Add({{"device", device}}, interface.facts.frequency_mhz * 1e6);
    Status bss = source_->VisitBss(interface.facts, [&](const WifiBss& joined) {
      info_->Add({{"bssid", FormatHardwareAddress(joined.bssid, address_)},
                  {"device", device},
                  {"mode", Mode(joined.status)},
                  {"ssid", joined.ssid}},
                 1);
    });
    if (!bss && bss.code() != ErrorCode::kAbsent) return bss;
    Status stations = source_->VisitStations(
        interface.facts, [&](const WifiStation& station) { AddStation(device, station); });
    return stations.code() == ErrorCode::kAbsent ? Status() : stations;
  }

  void AddStation(std::string_view device, const WifiStation& station) {
    const std::string_view address = FormatHardwareAddress(station.address, address_);
    for (std::size_t i = 0; i < stations_.size(); ++i) {
      if (!station.stats[i]) continue;
      stations_[i]->Add({{"device", device}, {"mac_address", address}}, *station.stats[i]);
    }
  }

  const std::unique_ptr<WifiSource> source_;
  std::vector<Interface> interfaces_;  // The first count_ are of the collection that is going on.
  std::size_t count_ = 0;
  std::string address_;  // Kept for its storage only.
  // Of the collection that is going on.
  FamilyBuilder* frequency_ = nullptr;
  FamilyBuilder* info_ = nullptr;
  std::array<FamilyBuilder*, kStations.size()> stations_{};
};

Result<std::unique_ptr<Collector>> MakeChosenWifi(const CollectorContext& context) {
  const std::string& fixtures = context.flags.String(kFixtures);
  if (!fixtures.empty()) return MakeWifi(context, std::make_unique<WifiFixtures>(fixtures));
  return MakeWifi(context, std::make_unique<Nl80211>(KernelNetlink(NETLINK_GENERIC)));
}

}  // namespace

Result<std::unique_ptr<Collector>> MakeWifi(const CollectorContext&,
                                            std::unique_ptr<WifiSource> source) {
  return std::unique_ptr<Collector>(std::make_unique<WifiCollector>(std::move(source)));
}

extern constinit const CollectorSpec kWifiCollector = {
    .name = "wifi",
    .on_by_default = false,
    .help = "Stations and interfaces of wireless networks.",
    .make = MakeChosenWifi,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
