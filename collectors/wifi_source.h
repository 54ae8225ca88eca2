#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/function_ref.h"
#include "core/result.h"

namespace hostpulse::collectors {

struct WifiInterface {
  std::uint32_t index = 0;
  std::string_view name;            // Empty for a P2P device, which has no network interface.
  std::uint32_t frequency_mhz = 0;  // 0 while it is on no channel.
};

// The network that an interface belongs to.
struct WifiBss {
  std::string_view ssid;  // Any bytes: whoever runs the access point chooses them.
  std::span<const std::byte> bssid;
  std::uint32_t status = 0;  // NL80211_BSS_STATUS_ASSOCIATED ...
};

enum class WifiStat : std::size_t {
  kConnectedSeconds,
  kInactiveSeconds,
  kReceiveBitsPerSecond,
  kTransmitBitsPerSecond,
  kSignalDbm,
  kTransmitRetries,
  kTransmitFailed,
  kBeaconLoss,
  kReceivedBytes,
  kTransmittedBytes,
  kReceivedPackets,
  kTransmittedPackets,
};
inline constexpr std::size_t kWifiStats = 12;

// A peer of an interface: the access point, or a client of this one.
struct WifiStation {
  std::span<const std::byte> address;
  std::array<std::optional<double>, kWifiStats> stats;  // Those that the driver keeps.

  std::optional<double>& operator[](WifiStat stat) { return stats[static_cast<std::size_t>(stat)]; }
};

// Where the wifi collector gets its facts. What is passed to a visitor lives for that call. One
// thread at a time; no visitor may ask for more.
class WifiSource {
 public:
  virtual ~WifiSource() = default;

  virtual Status VisitInterfaces(FunctionRef<void(const WifiInterface&)> visit) = 0;
  // The network that the interface has joined, if any. The next two: kAbsent for an interface that
  // has left or has nothing of the kind.
  virtual Status VisitBss(const WifiInterface& interface,
                          FunctionRef<void(const WifiBss&)> visit) = 0;
  virtual Status VisitStations(const WifiInterface& interface,
                               FunctionRef<void(const WifiStation&)> visit) = 0;
};

}  // namespace hostpulse::collectors
