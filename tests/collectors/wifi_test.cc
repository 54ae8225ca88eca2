#include "collectors/wifi.h"

#include <gtest/gtest.h>
#include <linux/genetlink.h>
#include <linux/nl80211.h>

#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/kernel/netlink.h"
#include "collectors/nl80211.h"
#include "tests/support/collector_harness.h"
#include "tests/support/fake_netlink.h"

namespace hostpulse {
namespace {

using collectors::CollectorContext;
using collectors::Nl80211;

constexpr std::uint16_t kFamily = 28;
using Mac = std::array<std::uint8_t, 6>;
constexpr Mac kAccessPoint = {0x02, 0xfc, 0, 0, 0, 0x01};
constexpr Mac kClient = {0x02, 0xfc, 0, 0, 0, 0xff};

// A kernel with wireless networks: messages by command and interface.
class FakeNl80211 {
 public:
  void Answer(std::uint8_t request, std::uint32_t index, std::uint8_t answer,
              const NetlinkBody& attributes) {
    NetlinkBody message(genlmsghdr{answer, 1, 0});
    ForEach(attributes.bytes(), message);
    answers_[{request, index}].push_back(std::move(message));
  }
  void Interface(std::uint32_t index, std::string_view name, std::uint32_t frequency) {
    NetlinkBody attributes;
    if (index != 0) attributes.Add(NL80211_ATTR_IFINDEX, index);
    if (!name.empty()) attributes.Text(NL80211_ATTR_IFNAME, name);
    attributes.Add(NL80211_ATTR_IFTYPE, std::uint32_t{2});
    if (frequency != 0) attributes.Add(NL80211_ATTR_WIPHY_FREQ, frequency);
    Answer(NL80211_CMD_GET_INTERFACE, 0, NL80211_CMD_NEW_INTERFACE, attributes);
  }
  void Bss(std::uint32_t index, const NetlinkBody& bss) {
    Answer(NL80211_CMD_GET_SCAN, index, NL80211_CMD_NEW_SCAN_RESULTS,
           NetlinkBody().Nest(NL80211_ATTR_BSS, bss));
  }
  void Station(std::uint32_t index, const Mac& address, const NetlinkBody& stats) {
    Answer(NL80211_CMD_GET_STATION, index, NL80211_CMD_NEW_STATION,
           NetlinkBody()
               .Add(NL80211_ATTR_IFINDEX, index)
               .Add(NL80211_ATTR_MAC, address)
               .Nest(NL80211_ATTR_STA_INFO, stats));
  }
  void Fail(std::uint8_t request, std::uint32_t index, Status status) {
    failures_[{request, index}] = std::move(status);
  }
  void Forget() {
    answers_.clear();
    failures_.clear();
  }

  collectors::NetlinkDump dump() {
    return [this](std::uint16_t type, std::span<const std::byte> body,
                  collectors::NetlinkVisitor visit) -> Status {
      if (type == GENL_ID_CTRL) {
        visit(GENL_ID_CTRL, family_.bytes());
        return {};
      }
      EXPECT_EQ(type, kFamily);
      const auto header = kernel::ReadHeader<genlmsghdr>(body);
      if (!header) return {ErrorCode::kInvalid, "no header"};
      std::uint32_t index = 0;
      kernel::ForEachAttribute(kernel::AttributesBehind<genlmsghdr>(body), [&](const auto& item) {
        if (item.type == NL80211_ATTR_IFINDEX) item.CopyTo(index);
      });
      const std::pair key(header->cmd, index);
      const auto found = answers_.find(key);
      if (found != answers_.end()) {
        for (const NetlinkBody& message : found->second) visit(kFamily, message.bytes());
      }
      const auto failure = failures_.find(key);
      return failure == failures_.end() ? Status() : failure->second;
    };
  }

 private:
  static void ForEach(std::span<const std::byte> attributes, NetlinkBody& message) {
    kernel::ForEachAttribute(attributes, [&message](const kernel::NetlinkAttribute& item) {
      message.AddBytes(item.type, item.payload.data(), item.payload.size());
    });
  }

  std::map<std::pair<std::uint8_t, std::uint32_t>, std::vector<NetlinkBody>> answers_;
  std::map<std::pair<std::uint8_t, std::uint32_t>, Status> failures_;
  const NetlinkBody family_ = NetlinkBody(genlmsghdr{CTRL_CMD_NEWFAMILY, 2, 0})
                                  .Text(CTRL_ATTR_FAMILY_NAME, NL80211_GENL_NAME)
                                  .Add(CTRL_ATTR_FAMILY_ID, kFamily);
};

// Elements of a beacon: rates, and then the name unless it is missing.
NetlinkBody Network(std::string_view ssid) {
  std::string elements("\x01\x02\x82\x84", 4);
  elements += '\0';
  elements += static_cast<char>(ssid.size());
  elements += ssid;
  NetlinkBody bss;
  bss.Add(NL80211_BSS_BSSID, kAccessPoint)
      .AddBytes(NL80211_BSS_INFORMATION_ELEMENTS, elements.data(), elements.size());
  return bss;
}

NetlinkBody Joined(std::string_view ssid, std::uint32_t status) {
  return Network(ssid).Add(NL80211_BSS_STATUS, status);
}

NetlinkBody AllStats() {
  return NetlinkBody()
      .Add(NL80211_STA_INFO_CONNECTED_TIME, std::uint32_t{3600})
      .Add(NL80211_STA_INFO_INACTIVE_TIME, std::uint32_t{1234})
      .Add(NL80211_STA_INFO_RX_BYTES, std::uint32_t{1})
      .Add(NL80211_STA_INFO_TX_BYTES, std::uint32_t{2})
      .Add(NL80211_STA_INFO_RX_BYTES64, std::uint64_t{5'000'000'000})
      .Add(NL80211_STA_INFO_TX_BYTES64, std::uint64_t{6'000'000'000})
      .Add(NL80211_STA_INFO_SIGNAL, static_cast<std::uint8_t>(-52))
      .Nest(NL80211_STA_INFO_RX_BITRATE, NetlinkBody()
                                             .Add(NL80211_RATE_INFO_BITRATE32, std::uint32_t{24020})
                                             .Add(NL80211_RATE_INFO_BITRATE, std::uint16_t{1}))
      .Nest(NL80211_STA_INFO_TX_BITRATE,
            NetlinkBody().Add(NL80211_RATE_INFO_BITRATE, std::uint16_t{1300}))
      .Add(NL80211_STA_INFO_RX_PACKETS, std::uint32_t{11})
      .Add(NL80211_STA_INFO_TX_PACKETS, std::uint32_t{12})
      .Add(NL80211_STA_INFO_TX_RETRIES, std::uint32_t{13})
      .Add(NL80211_STA_INFO_TX_FAILED, std::uint32_t{14})
      .Add(NL80211_STA_INFO_BEACON_LOSS, std::uint32_t{15});
}

class WifiTest : public ::testing::Test {
 protected:
  WifiTest() {
    wifi_.MakeWith([this](const CollectorContext& context) {
      return collectors::MakeWifi(context, std::make_unique<Nl80211>(kernel_.dump()));
    });
  }

  FakeNl80211 kernel_;
  HostTree host_;
  CollectorHarness wifi_{"wifi", host_};
};

TEST_F(WifiTest, ReportsInterfacesNetworksAndStations) {
  kernel_.Interface(3, "wlan0", 5180);
  kernel_.Bss(3, Network("neighbours"));
  kernel_.Bss(3, Joined("home", NL80211_BSS_STATUS_ASSOCIATED));
  kernel_.Station(3, kAccessPoint, AllStats());
  const std::string station = "{device=\"wlan0\",mac_address=\"02:fc:00:00:00:01\"} ";
  EXPECT_EQ(wifi_.Run(),
            "node_wifi_interface_frequency_hertz{device=\"wlan0\"} 5180000000\n"
            "node_wifi_station_beacon_loss_total" +
                station + "15\n" + "node_wifi_station_connected_seconds_total" + station +
                "3600\n" + "node_wifi_station_inactive_seconds" + station + "1.234\n" +
                "node_wifi_station_info{bssid=\"02:fc:00:00:00:01\",device=\"wlan0\","
                "mode=\"client\",ssid=\"home\"} 1\n"
                "node_wifi_station_receive_bits_per_second" +
                station + "2402000000\n" + "node_wifi_station_receive_bytes_total" + station +
                "5000000000\n" + "node_wifi_station_received_packets_total" + station + "11\n" +
                "node_wifi_station_signal_dbm" + station + "-52\n" +
                "node_wifi_station_transmit_bits_per_second" + station + "130000000\n" +
                "node_wifi_station_transmit_bytes_total" + station + "6000000000\n" +
                "node_wifi_station_transmit_failed_total" + station + "14\n" +
                "node_wifi_station_transmit_retries_total" + station + "13\n" +
                "node_wifi_station_transmitted_packets_total" + station + "12\n");
  EXPECT_EQ(wifi_.status(), Status());
  EXPECT_EQ(wifi_.AllocationsOnceWarm(), 0U);
}

TEST_F(WifiTest, LeavesOutWhatTheDriverDoesNotKeep) {
  kernel_.Interface(3, "wlan0", 2412);
  kernel_.Station(3, kClient,
                  NetlinkBody()
                      .Add(NL80211_STA_INFO_RX_BYTES, std::uint32_t{77})
                      .Add(NL80211_STA_INFO_BEACON_LOSS, std::uint8_t{1})  // Too short.
                      .Nest(NL80211_STA_INFO_TX_BITRATE, NetlinkBody()));
  EXPECT_EQ(wifi_.Run(),
            "node_wifi_interface_frequency_hertz{device=\"wlan0\"} 2412000000\n"
            "node_wifi_station_receive_bytes_total{device=\"wlan0\","
            "mac_address=\"02:fc:00:00:00:ff\"} 77\n");
}

TEST_F(WifiTest, TellsInterfacesApartAndPassesOverThoseWithoutAName) {
  kernel_.Interface(0, "", 2437);
  kernel_.Interface(3, "wlan0", 0);
  kernel_.Interface(4, "wlan1", 2412);
  kernel_.Bss(3, Joined("one", NL80211_BSS_STATUS_IBSS_JOINED));
  kernel_.Bss(4, Joined("two", NL80211_BSS_STATUS_AUTHENTICATED));
  EXPECT_EQ(wifi_.Run(),
            "node_wifi_interface_frequency_hertz{device=\"wlan0\"} 0\n"
            "node_wifi_interface_frequency_hertz{device=\"wlan1\"} 2412000000\n"
            "node_wifi_station_info{bssid=\"02:fc:00:00:00:01\",device=\"wlan0\",mode=\"ad-hoc\","
            "ssid=\"one\"} 1\n"
            "node_wifi_station_info{bssid=\"02:fc:00:00:00:01\",device=\"wlan1\",mode=\"client\","
            "ssid=\"two\"} 1\n");
}

TEST_F(WifiTest, TakesAnyBytesForANameAndNoneWhereTheBeaconIsCutOff) {
  kernel_.Interface(3, "wlan0", 2412);
  kernel_.Bss(3, Joined("caf\xe9 \"\n", 9));
  const std::string text = wifi_.Run();
  EXPECT_NE(text.find("mode=\"unknown\",ssid=\"caf\xEF\xBF\xBD \\\"\\n\"} 1\n"), std::string::npos)
      << text;
  for (const std::string_view elements :
       {std::string_view("\0\x05home", 6), std::string_view("\0", 1), std::string_view()}) {
    kernel_.Forget();
    kernel_.Interface(3, "wlan0", 2412);
    kernel_.Bss(3, NetlinkBody()
                       .Add(NL80211_BSS_BSSID, kAccessPoint)
                       .AddBytes(NL80211_BSS_INFORMATION_ELEMENTS, elements.data(), elements.size())
                       .Add(NL80211_BSS_STATUS, std::uint32_t{1}));
    EXPECT_NE(wifi_.Run().find("ssid=\"\"} 1\n"), std::string::npos);
  }
}

TEST_F(WifiTest, PassesOverAnInterfaceThatLeft) {
  kernel_.Interface(3, "wlan0", 2412);
  kernel_.Fail(NL80211_CMD_GET_SCAN, 3, {ErrorCode::kAbsent, "netlink(16): dump: no such device"});
  kernel_.Fail(NL80211_CMD_GET_STATION, 3, {ErrorCode::kAbsent, "netlink(16): no such device"});
  EXPECT_EQ(wifi_.Run(), "node_wifi_interface_frequency_hertz{device=\"wlan0\"} 2412000000\n");
  EXPECT_EQ(wifi_.status(), Status());
  kernel_.Forget();
  EXPECT_EQ(wifi_.Run(), "");
  EXPECT_EQ(wifi_.status(), Status());
}

TEST_F(WifiTest, ReportsAFailureAndTheOtherInterfaces) {
  for (const std::uint8_t command : {NL80211_CMD_GET_SCAN, NL80211_CMD_GET_STATION}) {
    kernel_.Forget();
    kernel_.Interface(3, "wlan0", 2412);
    kernel_.Interface(4, "wlan1", 2412);
    kernel_.Fail(command, 3, {ErrorCode::kIo, "netlink(16): not supported"});
    kernel_.Bss(4, Joined("two", NL80211_BSS_STATUS_ASSOCIATED));
    EXPECT_NE(wifi_.Run().find("ssid=\"two\""), std::string::npos);
    EXPECT_EQ(wifi_.status().code(), ErrorCode::kIo);
  }
}

TEST_F(WifiTest, IsAbsentWithoutWirelessNetworksInTheKernel) {
  FakeNetlink kernel;
  wifi_.MakeWith([&](const CollectorContext& context) {
    return collectors::MakeWifi(context, std::make_unique<Nl80211>(kernel.dump()));
  });
  EXPECT_EQ(wifi_.Run(), "");
  EXPECT_EQ(wifi_.status().code(), ErrorCode::kAbsent);
  EXPECT_NE(wifi_.status().message().find("nl80211"), std::string::npos);
}

TEST(WifiKernelTest, AsksTheKernel) {
  HostTree host;
  CollectorHarness wifi("wifi", host);
  wifi.Run();
  EXPECT_TRUE(wifi.status().ok() || wifi.status().code() == ErrorCode::kAbsent)
      << wifi.status().message();
}

class WifiFixturesTest : public ::testing::Test {
 protected:
  void Write(std::string_view file, std::string_view json) {
    host_.WriteRoot("wifi/" + std::string(file), json);
  }
  HostTree host_;
  CollectorHarness wifi_{"wifi", host_, {{"collector.wifi.fixtures", host_.Path("root/wifi")}}};
};

TEST_F(WifiFixturesTest, ReadsFilesInsteadOfTheKernel) {
  Write("interfaces.json", R"([
    {"name": "wlan0", "type": 2, "frequency": 2412},
    {"name": "wlan1", "type": 3, "frequency": 2412},
    {"type": 10}])");
  Write("wlan0/bss.json", R"({"ssid": "Example", "bssid": "ABEiM0RV", "status": 1})");
  Write("wlan0/stationinfo.json", R"([{
    "hardwareaddr": "qrvM3e7/", "connected": 30000000000, "inactive": 400000000,
    "receivebitrate": 128000000, "transmitbitrate": 164000000, "signal": -52,
    "transmitretries": 10, "transmitfailed": 2, "beaconloss": 1}])");
  const std::string station = "{device=\"wlan0\",mac_address=\"aa:bb:cc:dd:ee:ff\"} ";
  EXPECT_EQ(wifi_.Run(),
            "node_wifi_interface_frequency_hertz{device=\"wlan0\"} 2412000000\n"
            "node_wifi_interface_frequency_hertz{device=\"wlan1\"} 2412000000\n"
            "node_wifi_station_beacon_loss_total" +
                station + "1\n" + "node_wifi_station_connected_seconds_total" + station + "30\n" +
                "node_wifi_station_inactive_seconds" + station + "0.4\n" +
                "node_wifi_station_info{bssid=\"00:11:22:33:44:55\",device=\"wlan0\","
                "mode=\"client\",ssid=\"Example\"} 1\n"
                "node_wifi_station_receive_bits_per_second" +
                station + "128000000\n" + "node_wifi_station_receive_bytes_total" + station +
                "0\n" + "node_wifi_station_received_packets_total" + station + "0\n" +
                "node_wifi_station_signal_dbm" + station + "-52\n" +
                "node_wifi_station_transmit_bits_per_second" + station + "164000000\n" +
                "node_wifi_station_transmit_bytes_total" + station + "0\n" +
                "node_wifi_station_transmit_failed_total" + station + "2\n" +
                "node_wifi_station_transmit_retries_total" + station + "10\n" +
                "node_wifi_station_transmitted_packets_total" + station + "0\n");
  EXPECT_EQ(wifi_.status(), Status());
}

TEST_F(WifiFixturesTest, NamesTheFileAndTheMemberThatIsWrong) {
  Write("interfaces.json", R"([{"name": "wlan0", "frequency": 1}])");
  const auto error_of = [&](std::string_view file, std::string_view json) {
    Write(file, json);
    wifi_.Run();
    EXPECT_EQ(wifi_.status().code(), ErrorCode::kParse) << json;
    host_.Remove("root/wifi/" + std::string(file));
    return wifi_.status().message();
  };
  for (const std::string text : {"AB", "A===", "AB!=", "QUJ\xe9"}) {
    const std::string json = R"({"bssid":")" + text + "\"}";
    EXPECT_NE(error_of("wlan0/bss.json", json).find("wlan0/bss.json"), std::string::npos) << json;
  }
  EXPECT_NE(error_of("wlan0/bss.json", R"({"status":-1})").find("\"status\""), std::string::npos);
  EXPECT_NE(error_of("wlan0/stationinfo.json", R"([{"signal":0.5}])").find("\"signal\""),
            std::string::npos);
  EXPECT_NE(error_of("wlan0/stationinfo.json", R"([{"hardwareaddr":"x"}])").find("hardwareaddr"),
            std::string::npos);
  EXPECT_NE(error_of("interfaces.json", R"([{"name":"a","frequency":"x"}])").find("frequency"),
            std::string::npos);
}

TEST_F(WifiFixturesTest, IsAbsentWithoutItsFiles) {
  EXPECT_EQ(wifi_.Run(), "");
  EXPECT_EQ(wifi_.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
