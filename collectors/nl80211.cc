#include "collectors/nl80211.h"

#include <linux/netlink.h>
#include <linux/nl80211.h>

#include <utility>

#include "collectors/kernel/netlink.h"

namespace hostpulse::collectors {
namespace {

using kernel::ForEachAttribute;
using kernel::NetlinkAttribute;
using Bytes = std::span<const std::byte>;

// The attribute that names the interface in a request.
struct IndexAttribute {
  nlattr head{.nla_len = sizeof(nlattr) + sizeof(std::uint32_t), .nla_type = NL80211_ATTR_IFINDEX};
  std::uint32_t index;
};

WifiInterface ParseInterface(Bytes attributes) {
  WifiInterface interface;
  ForEachAttribute(attributes, [&interface](const NetlinkAttribute& attribute) {
    if (attribute.type == NL80211_ATTR_IFINDEX) attribute.CopyTo(interface.index);
    if (attribute.type == NL80211_ATTR_IFNAME) interface.name = attribute.text();
    if (attribute.type == NL80211_ATTR_WIPHY_FREQ) attribute.CopyTo(interface.frequency_mhz);
  });
  return interface;
}

// Of the elements of a beacon, each an id, a length and so many bytes, that with the name.
std::string_view FindSsid(Bytes elements) {
  constexpr std::byte kSsid{0};
  while (elements.size() >= 2) {
    const auto length = std::to_integer<std::size_t>(elements[1]);
    const Bytes rest = elements.subspan(2);
    if (length > rest.size()) return {};
    if (elements[0] == kSsid) return {reinterpret_cast<const char*>(rest.data()), length};
    elements = rest.subspan(length);
  }
  return {};
}

// Nothing for a network that is only in reach, which has no status.
std::optional<WifiBss> ParseBss(Bytes attributes) {
  WifiBss bss;
  bool joined = false;
  ForEachAttribute(attributes, [&](const NetlinkAttribute& attribute) {
    if (attribute.type == NL80211_BSS_BSSID) bss.bssid = attribute.payload;
    if (attribute.type == NL80211_BSS_STATUS) joined = attribute.CopyTo(bss.status);
    if (attribute.type == NL80211_BSS_INFORMATION_ELEMENTS) bss.ssid = FindSsid(attribute.payload);
  });
  if (!joined) return std::nullopt;
  return bss;
}

template <typename Integer>
void Take(const NetlinkAttribute& attribute, std::optional<double>& stat, double scale = 1) {
  Integer value = 0;
  if (attribute.CopyTo(value)) stat = static_cast<double>(value) * scale;
}

// In units of 100 kbit/s; the number of 16 bits is there as well, unless it would not fit.
void TakeBitRate(Bytes attributes, std::optional<double>& stat) {
  constexpr double kBits = 100'000;
  std::optional<double> narrow;
  std::optional<double> wide;
  ForEachAttribute(attributes, [&](const NetlinkAttribute& attribute) {
    if (attribute.type == NL80211_RATE_INFO_BITRATE) {
      Take<std::uint16_t>(attribute, narrow, kBits);
    }
    if (attribute.type == NL80211_RATE_INFO_BITRATE32) Take<std::uint32_t>(attribute, wide, kBits);
  });
  stat = wide ? wide : narrow;
}

void TakeStat(const NetlinkAttribute& attribute, WifiStation& station) {
  using enum WifiStat;
  switch (attribute.type) {
    case NL80211_STA_INFO_CONNECTED_TIME:
      return Take<std::uint32_t>(attribute, station[kConnectedSeconds]);
    case NL80211_STA_INFO_INACTIVE_TIME: {
      std::uint32_t milliseconds = 0;
      if (attribute.CopyTo(milliseconds)) station[kInactiveSeconds] = milliseconds / 1e3;
      return;
    }
    case NL80211_STA_INFO_RX_BITRATE:
      return TakeBitRate(attribute.payload, station[kReceiveBitsPerSecond]);
    case NL80211_STA_INFO_TX_BITRATE:
      return TakeBitRate(attribute.payload, station[kTransmitBitsPerSecond]);
    case NL80211_STA_INFO_SIGNAL:
      return Take<std::int8_t>(attribute, station[kSignalDbm]);
    case NL80211_STA_INFO_TX_RETRIES:
      return Take<std::uint32_t>(attribute, station[kTransmitRetries]);
    case NL80211_STA_INFO_TX_FAILED:
      return Take<std::uint32_t>(attribute, station[kTransmitFailed]);
    case NL80211_STA_INFO_BEACON_LOSS:
      return Take<std::uint32_t>(attribute, station[kBeaconLoss]);
    case NL80211_STA_INFO_RX_PACKETS:
      return Take<std::uint32_t>(attribute, station[kReceivedPackets]);
    case NL80211_STA_INFO_TX_PACKETS:
      return Take<std::uint32_t>(attribute, station[kTransmittedPackets]);
    // The kernel sends both; that of 64 bits wins, whichever comes first.
    case NL80211_STA_INFO_RX_BYTES:
      if (!station[kReceivedBytes]) Take<std::uint32_t>(attribute, station[kReceivedBytes]);
      return;
    case NL80211_STA_INFO_TX_BYTES:
      if (!station[kTransmittedBytes]) Take<std::uint32_t>(attribute, station[kTransmittedBytes]);
      return;
    case NL80211_STA_INFO_RX_BYTES64:
      return Take<std::uint64_t>(attribute, station[kReceivedBytes]);
    case NL80211_STA_INFO_TX_BYTES64:
      return Take<std::uint64_t>(attribute, station[kTransmittedBytes]);
    default:
      return;
  }
}

WifiStation ParseStation(Bytes attributes) {
  WifiStation station;
  ForEachAttribute(attributes, [&station](const NetlinkAttribute& attribute) {
    if (attribute.type == NL80211_ATTR_MAC) station.address = attribute.payload;
    if (attribute.type == NL80211_ATTR_STA_INFO) {
      ForEachAttribute(attribute.payload,
                       [&station](const NetlinkAttribute& stat) { TakeStat(stat, station); });
    }
  });
  return station;
}

}  // namespace

Nl80211::Nl80211(NetlinkDump dump) : family_(std::move(dump), NL80211_GENL_NAME) {}

Status Nl80211::VisitInterfaces(FunctionRef<void(const WifiInterface&)> visit) {
  return family_.Dump(NL80211_CMD_GET_INTERFACE, {}, [&visit](std::uint8_t command, Bytes answer) {
    if (command == NL80211_CMD_NEW_INTERFACE) visit(ParseInterface(answer));
  });
}

Status Nl80211::VisitBss(const WifiInterface& interface, FunctionRef<void(const WifiBss&)> visit) {
  const IndexAttribute of_interface{.index = interface.index};
  return family_.Dump(NL80211_CMD_GET_SCAN, std::as_bytes(std::span(&of_interface, 1)),
                      [&visit](std::uint8_t command, Bytes answer) {
                        if (command != NL80211_CMD_NEW_SCAN_RESULTS) return;
                        ForEachAttribute(answer, [&visit](const NetlinkAttribute& attribute) {
                          if (attribute.type != NL80211_ATTR_BSS) return;
                          if (const auto bss = ParseBss(attribute.payload)) visit(*bss);
                        });
                      });
}

Status Nl80211::VisitStations(const WifiInterface& interface,
                              FunctionRef<void(const WifiStation&)> visit) {
  const IndexAttribute of_interface{.index = interface.index};
  return family_.Dump(NL80211_CMD_GET_STATION, std::as_bytes(std::span(&of_interface, 1)),
                      [&visit](std::uint8_t command, Bytes answer) {
                        if (command == NL80211_CMD_NEW_STATION) visit(ParseStation(answer));
                      });
}

}  // namespace hostpulse::collectors
