#include "collectors/wifi_fixtures.h"

#include <cstdint>
#include <utility>

namespace hostpulse::collectors {
namespace {

using enum WifiStat;

constexpr double kNanosecond = 1e9;

struct Member {
  WifiStat stat;
  std::string_view key;
  double divisor = 1;
};
constexpr std::array<Member, kWifiStats> kMembers = {{
    {kConnectedSeconds, "connected", kNanosecond},
    {kInactiveSeconds, "inactive", kNanosecond},
    {kReceiveBitsPerSecond, "receivebitrate"},
    {kTransmitBitsPerSecond, "transmitbitrate"},
    {kSignalDbm, "signal"},
    {kTransmitRetries, "transmitretries"},
    {kTransmitFailed, "transmitfailed"},
    {kBeaconLoss, "beaconloss"},
    {kReceivedBytes, "receivedbytes"},
    {kTransmittedBytes, "transmittedbytes"},
    {kReceivedPackets, "receivedpackets"},
    {kTransmittedPackets, "transmittedpackets"},
}};

Status BadMember(const std::string& path, std::string_view key) {
  return {ErrorCode::kParse, path + ": cannot parse \"" + std::string(key) + "\""};
}

// Nothing for what is no base64.
std::optional<std::vector<std::byte>> DecodeBase64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  std::vector<std::byte> bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == kDigits.npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<std::byte>(bits >> count));
  }
  return bytes;
}

}  // namespace

WifiFixtures::WifiFixtures(std::string directory) : directory_(std::move(directory)) {}

std::string WifiFixtures::PathOf(const WifiInterface& interface, std::string_view file) const {
  std::string path = directory_ + "/";
  return path.append(interface.name).append("/").append(file);
}

Status WifiFixtures::VisitInterfaces(FunctionRef<void(const WifiInterface&)> visit) {
  const std::string path = directory_ + "/interfaces.json";
  const auto records = ReadJsonRecords(path);
  if (!records) return records.status();
  for (const JsonRecord& record : *records) {
    WifiInterface interface;
    interface.name = record.Text("name");
    if (!record.Read("frequency", interface.frequency_mhz)) return BadMember(path, "frequency");
    visit(interface);
  }
  return {};
}

Status WifiFixtures::VisitBss(const WifiInterface& interface,
                              FunctionRef<void(const WifiBss&)> visit) {
  const std::string path = PathOf(interface, "bss.json");
  const auto records = ReadJsonRecords(path);
  if (!records) return records.status();
  for (const JsonRecord& record : *records) {
    WifiBss bss;
    bss.ssid = record.Text("ssid");
    const auto bssid = DecodeBase64(record.Text("bssid"));
    if (!bssid) return BadMember(path, "bssid");
    bss.bssid = *bssid;
    if (!record.Read("status", bss.status)) return BadMember(path, "status");
    visit(bss);
  }
  return {};
}

Status WifiFixtures::VisitStations(const WifiInterface& interface,
                                   FunctionRef<void(const WifiStation&)> visit) {
  const std::string path = PathOf(interface, "stationinfo.json");
  const auto records = ReadJsonRecords(path);
  if (!records) return records.status();
  for (const JsonRecord& record : *records) {
    WifiStation station;
    const auto address = DecodeBase64(record.Text("hardwareaddr"));
    if (!address) return BadMember(path, "hardwareaddr");
    station.address = *address;
    for (const Member& member : kMembers) {
      std::int64_t number = 0;
      if (!record.Read(member.key, number)) return BadMember(path, member.key);
      station[member.stat] = static_cast<double>(number) / member.divisor;
    }
    visit(station);
  }
  return {};
}

}  // namespace hostpulse::collectors
