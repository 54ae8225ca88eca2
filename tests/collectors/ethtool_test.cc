#include "collectors/ethtool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using collectors::CollectorContext;

// What one driver answers.
struct Driver {
  std::map<std::uint32_t, int> errors;  // By command.
  std::uint32_t supported = 0;
  std::uint32_t advertised = 0;
  std::uint8_t autoneg = 0;
  std::string name = "e1000e";
  std::vector<std::pair<std::string, std::uint64_t>> stats;
  // How many there are when it is asked for them, where that is another number by then.
  std::optional<std::uint32_t> count_now;
};

// The ioctl of a kernel with these interfaces.
class FakeEthtool {
 public:
  Driver& operator[](const std::string& device) { return drivers_[device]; }
  void Remove(const std::string& device) { drivers_.erase(device); }

  collectors::EthtoolCall call() {
    return [this](std::string_view device, void* command) {
      const auto driver = drivers_.find(std::string(device));
      if (driver == drivers_.end()) return ENODEV;
      std::uint32_t number = 0;
      std::memcpy(&number, command, sizeof number);
      const auto error = driver->second.errors.find(number);
      if (error != driver->second.errors.end()) return error->second;
      return Answer(driver->second, number, command);
    };
  }

 private:
  static int Answer(const Driver& driver, std::uint32_t number, void* command) {
    switch (number) {
      case ETHTOOL_GSET:
        return Settings(driver, *static_cast<ethtool_cmd*>(command));
      case ETHTOOL_GDRVINFO:
        return Info(driver, *static_cast<ethtool_drvinfo*>(command));
      case ETHTOOL_GSTRINGS:
        return Names(driver, *static_cast<ethtool_gstrings*>(command));
      case ETHTOOL_GSTATS:
        return Values(driver, *static_cast<ethtool_stats*>(command));
      default:
        return EOPNOTSUPP;
    }
  }
  static int Settings(const Driver& driver, ethtool_cmd& out) {
    out.supported = driver.supported;
    out.advertising = driver.advertised;
    out.autoneg = driver.autoneg;
    return 0;
  }
  static int Info(const Driver& driver, ethtool_drvinfo& out) {
    driver.name.copy(out.driver, sizeof out.driver);
    std::strcpy(out.version, "6.1.0");
    std::strcpy(out.fw_version, "0.5-4");
    std::strcpy(out.bus_info, "0000:00:1f.6");
    std::memset(out.erom_version, 'x', sizeof out.erom_version);  // Without a NUL.
    out.n_stats = static_cast<std::uint32_t>(driver.stats.size());
    return 0;
  }
  static int Names(const Driver& driver, ethtool_gstrings& out) {
    EXPECT_EQ(out.string_set, std::uint32_t{ETH_SS_STATS});
    out.len = static_cast<std::uint32_t>(driver.stats.size());
    __u8* at = out.data;
    for (const auto& [name, value] : driver.stats) {
      std::memset(at, 0, ETH_GSTRING_LEN);
      name.copy(reinterpret_cast<char*>(at), ETH_GSTRING_LEN);
      at += ETH_GSTRING_LEN;
    }
    return 0;
  }
  static int Values(const Driver& driver, ethtool_stats& out) {
    out.n_stats = driver.count_now.value_or(static_cast<std::uint32_t>(driver.stats.size()));
    std::transform(driver.stats.begin(), driver.stats.end(), out.data,
                   [](const auto& stat) { return stat.second; });
    return 0;
  }

  std::map<std::string, Driver> drivers_;
};

class EthtoolTest : public ::testing::Test {
 protected:
  void Use(CollectorHarness& ethtool) {
    ethtool.MakeWith([this](const CollectorContext& context) {
      return collectors::MakeEthtool(context, kernel_.call());
    });
  }
  // An interface whose driver keeps silent but for what the test adds.
  Driver& Interface(const std::string& name) {
    host_.WriteSys("class/net/" + name + "/ifindex", "2\n");
    Driver& driver = kernel_[name];
    driver.errors = {{ETHTOOL_GSET, EOPNOTSUPP}};
    return driver;
  }

  FakeEthtool kernel_;
  HostTree host_;
};

constexpr std::string_view kInfo =
    "node_ethtool_info{bus_info=\"0000:00:1f.6\",device=\"eth0\",driver=\"e1000e\","
    "expansion_rom_version=\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\",firmware_version=\"0.5-4\","
    "version=\"6.1.0\"} 1\n";

TEST_F(EthtoolTest, ReportsStatisticsUnderTheirMetrics) {
  Interface("eth0").stats = {
      {"rx_packets", 1}, {"tx_packets", 2}, {"rx_bytes", 9007199254740992},
      {"tx_bytes", 4},   {"rx_errors", 5},  {"tx_errors", 6},
      {"rx_dropped", 7}, {"tx_dropped", 8}, {"port.rx_dropped", 9},
      {"rx_smbus", 10},
  };
  CollectorHarness ethtool("ethtool", host_);
  Use(ethtool);
  EXPECT_EQ(ethtool.Run(),
            std::string(kInfo) +
                "node_ethtool_port_received_dropped{device=\"eth0\"} 9\n"
                "node_ethtool_received_bytes_total{device=\"eth0\"} 9007199254740992\n"
                "node_ethtool_received_dropped_total{device=\"eth0\"} 7\n"
                "node_ethtool_received_errors_total{device=\"eth0\"} 5\n"
                "node_ethtool_received_packets_total{device=\"eth0\"} 1\n"
                "node_ethtool_received_smbus{device=\"eth0\"} 10\n"
                "node_ethtool_transmitted_bytes_total{device=\"eth0\"} 4\n"
                "node_ethtool_transmitted_dropped{device=\"eth0\"} 8\n"
                "node_ethtool_transmitted_errors_total{device=\"eth0\"} 6\n"
                "node_ethtool_transmitted_packets_total{device=\"eth0\"} 2\n");
  EXPECT_EQ(ethtool.status(), Status());
}

TEST_F(EthtoolTest, ReportsWhatALinkCanDoAndOffers) {
  Driver& driver = Interface("eth0");
  driver.errors = {{ETHTOOL_GDRVINFO, EOPNOTSUPP}};
  // As an e1000e has it: 10 to 1000baseT, autonegotiation, a twisted pair, pause.
  driver.supported = 0x000020efU;
  driver.advertised = 0x0000602f;
  driver.autoneg = AUTONEG_ENABLE;
  CollectorHarness ethtool("ethtool", host_);
  Use(ethtool);
  const auto speed = [](std::string_view family, std::string_view duplex, std::string_view mode,
                        std::string_view value) {
    return "node_network_" + std::string(family) + "_speed_bytes{device=\"eth0\",duplex=\"" +
           std::string(duplex) + "\",mode=\"" + std::string(mode) + "\"} " + std::string(value) +
           "\n";
  };
  EXPECT_EQ(ethtool.Run(), speed("advertised", "full", "1000baseT", "125000000") +
                               speed("advertised", "full", "100baseT", "12500000") +
                               speed("advertised", "full", "10baseT", "1250000") +
                               speed("advertised", "half", "100baseT", "12500000") +
                               speed("advertised", "half", "10baseT", "1250000") +
                               "node_network_asymmetricpause_advertised{device=\"eth0\"} 1\n"
                               "node_network_asymmetricpause_supported{device=\"eth0\"} 0\n"
                               "node_network_autonegotiate{device=\"eth0\"} 1\n"
                               "node_network_autonegotiate_advertised{device=\"eth0\"} 0\n"
                               "node_network_autonegotiate_supported{device=\"eth0\"} 1\n"
                               "node_network_pause_advertised{device=\"eth0\"} 1\n"
                               "node_network_pause_supported{device=\"eth0\"} 1\n"
                               "node_network_supported_port_info{device=\"eth0\",type=\"TP\"} 1\n" +
                               speed("supported", "full", "1000baseT", "125000000") +
                               speed("supported", "full", "100baseT", "12500000") +
                               speed("supported", "full", "10baseT", "1250000") +
                               speed("supported", "half", "100baseT", "12500000") +
                               speed("supported", "half", "10baseT", "1250000"));
  EXPECT_EQ(ethtool.status(), Status());
}

TEST_F(EthtoolTest, KnowsEveryBitOfTheMask) {
  Driver& driver = Interface("eth0");
  driver.errors = {{ETHTOOL_GDRVINFO, EOPNOTSUPP}};
  CollectorHarness ethtool("ethtool", host_);
  Use(ethtool);
  // The numbers of linux/ethtool.h.
  const std::map<int, std::string> words = {
      {0, "duplex=\"half\",mode=\"10baseT\"} 1250000"},
      {1, "duplex=\"full\",mode=\"10baseT\"} 1250000"},
      {2, "duplex=\"half\",mode=\"100baseT\"} 12500000"},
      {3, "duplex=\"full\",mode=\"100baseT\"} 12500000"},
      {4, "duplex=\"half\",mode=\"1000baseT\"} 125000000"},
      {5, "duplex=\"full\",mode=\"1000baseT\"} 125000000"},
      {6, "node_network_autonegotiate_supported{device=\"eth0\"} 1"},
      {7, "type=\"TP\"} 1"},
      {8, "type=\"AUI\"} 1"},
      {9, "type=\"MII\"} 1"},
      {10, "type=\"FIBRE\"} 1"},
      {11, "type=\"BNC\"} 1"},
      {12, "duplex=\"full\",mode=\"10000baseT\"} 1250000000"},
      {13, "node_network_pause_supported{device=\"eth0\"} 1"},
      {14, "node_network_asymmetricpause_supported{device=\"eth0\"} 1"},
      {15, "duplex=\"full\",mode=\"2500baseX\"} 312500000"},
      {16, "type=\"Backplane\"} 1"},
      {17, "duplex=\"full\",mode=\"1000baseKX\"} 125000000"},
      {18, "duplex=\"full\",mode=\"10000baseKX4\"} 1250000000"},
      {19, "duplex=\"full\",mode=\"10000baseKR\"} 1250000000"},
      {20, "duplex=\"full\",mode=\"10000baseR_FEC\"} 1250000000"},
      {21, "duplex=\"full\",mode=\"20000baseMLD2\"} 2500000000"},
      {22, "duplex=\"full\",mode=\"20000baseKR2\"} 2500000000"},
      {23, "duplex=\"full\",mode=\"40000baseKR4\"} 5000000000"},
      {24, "duplex=\"full\",mode=\"40000baseCR4\"} 5000000000"},
      {25, "duplex=\"full\",mode=\"40000baseSR4\"} 5000000000"},
      {26, "duplex=\"full\",mode=\"40000baseLR4\"} 5000000000"},
      {27, "duplex=\"full\",mode=\"56000baseKR4\"} 7000000000"},
      {28, "duplex=\"full\",mode=\"56000baseCR4\"} 7000000000"},
      {29, "duplex=\"full\",mode=\"56000baseSR4\"} 7000000000"},
      {30, "duplex=\"full\",mode=\"56000baseLR4\"} 7000000000"},
      {31, "duplex=\"full\",mode=\"25000baseCR\"} 3125000000"},
  };
  ASSERT_EQ(words.size(), 32U);
  for (const auto& [bit, word] : words) {
    driver.supported = 1U << bit;
    EXPECT_NE(ethtool.Run().find(word + "\n"), std::string::npos) << bit;
  }
}

TEST_F(EthtoolTest, FiltersDevicesAndStatistics) {
  Interface("eth0").stats = {{"rx.a", 1}, {"tx.a", 2}};
  Interface("veth1").stats = {{"rx.a", 3}};
  CollectorHarness included("ethtool", host_,
                            {{"collector.ethtool.device-include", "^eth"},
                             {"collector.ethtool.metrics-include", "^rx_"}});
  Use(included);
  EXPECT_EQ(included.Run(), std::string(kInfo) + "node_ethtool_received_a{device=\"eth0\"} 1\n");
  CollectorHarness excluded("ethtool", host_, {{"collector.ethtool.device-exclude", "^veth"}});
  Use(excluded);
  const std::string text = excluded.Run();
  EXPECT_EQ(text.find("veth1"), std::string::npos);
  EXPECT_NE(text.find("node_ethtool_transmitted_a{device=\"eth0\"} 2\n"), std::string::npos);
  CollectorHarness both(
      "ethtool", host_,
      {{"collector.ethtool.device-include", "a"}, {"collector.ethtool.device-exclude", "b"}});
  Use(both);
  both.Run();
  EXPECT_EQ(both.status().code(), ErrorCode::kInvalid);
}

TEST_F(EthtoolTest, FollowsADriverThatRenamesItsStatistics) {
  Driver& driver = Interface("eth0");
  driver.stats = {{"a", 1}, {"b", 2}};
  CollectorHarness ethtool("ethtool", host_);
  Use(ethtool);
  ethtool.Run();
  driver.stats = {{"b", 3}, {"c", 4}, {"d", 5}};
  EXPECT_EQ(ethtool.Run(), std::string("node_ethtool_b{device=\"eth0\"} 3\n"
                                       "node_ethtool_c{device=\"eth0\"} 4\n"
                                       "node_ethtool_d{device=\"eth0\"} 5\n") +
                               std::string(kInfo));
}

TEST_F(EthtoolTest, ReportsNoStatisticsWhileTheirNumberChanges) {
  Driver& driver = Interface("eth0");
  driver.stats = {{"a", 1}, {"b", 2}};
  driver.count_now = 3;
  CollectorHarness ethtool("ethtool", host_);
  Use(ethtool);
  EXPECT_EQ(ethtool.Run(), kInfo);
  EXPECT_EQ(ethtool.status(), Status());
}

TEST_F(EthtoolTest, RefusesMoreStatisticsThanAnybodyHas) {
  Interface("eth0").stats.resize(40'000);
  CollectorHarness ethtool("ethtool", host_);
  Use(ethtool);
  EXPECT_EQ(ethtool.Run(), kInfo);
  EXPECT_NE(ethtool.Log().find("level=ERROR"), std::string::npos);
}

TEST_F(EthtoolTest, SaysOnlyAtTheDebugLevelWhatADriverCannotTell) {
  Interface("eth0").errors = {
      {ETHTOOL_GSET, EOPNOTSUPP}, {ETHTOOL_GDRVINFO, EOPNOTSUPP}, {ETHTOOL_GSTATS, EOPNOTSUPP}};
  CollectorHarness ethtool("ethtool", host_);
  Use(ethtool);
  EXPECT_EQ(ethtool.Run(), "");
  EXPECT_EQ(ethtool.status(), Status());
  const std::string log = ethtool.Log();
  EXPECT_NE(log.find("level=DEBUG"), std::string::npos) << log;
  EXPECT_EQ(log.find("level=ERROR"), std::string::npos) << log;
}

TEST_F(EthtoolTest, GoesOnAfterADriverThatFails) {
  Interface("eth0").errors = {{ETHTOOL_GSET, EIO}};
  Interface("eth1").stats = {{"a", 1}};
  CollectorHarness ethtool("ethtool", host_);
  Use(ethtool);
  EXPECT_NE(ethtool.Run().find("node_ethtool_a{device=\"eth1\"} 1\n"), std::string::npos);
  EXPECT_EQ(ethtool.status(), Status());
  const std::string log = ethtool.Log();
  EXPECT_NE(log.find("level=ERROR"), std::string::npos) << log;
  EXPECT_NE(log.find("device=eth0"), std::string::npos) << log;
}

TEST_F(EthtoolTest, PassesOverADeviceThatLeft) {
  Interface("eth0").stats = {{"a", 1}};
  kernel_.Remove("eth0");
  CollectorHarness ethtool("ethtool", host_);
  Use(ethtool);
  EXPECT_EQ(ethtool.Run(), "");
  EXPECT_EQ(ethtool.status(), Status());
  EXPECT_EQ(ethtool.Log().find("level=ERROR"), std::string::npos);
}

TEST_F(EthtoolTest, IsAbsentWithoutDevices) {
  CollectorHarness ethtool("ethtool", host_);
  Use(ethtool);
  EXPECT_EQ(ethtool.Run(), "");
  EXPECT_EQ(ethtool.status().code(), ErrorCode::kAbsent);
  Interface("eth0");
  host_.Remove("sys/class/net/eth0");
  ethtool.Run();
  EXPECT_EQ(ethtool.status().code(), ErrorCode::kAbsent);
}

TEST_F(EthtoolTest, CleansWhatADriverSaysOfItself) {
  Interface("eth0").name = "dr\"iver\xff";
  CollectorHarness ethtool("ethtool", host_);
  Use(ethtool);
  EXPECT_NE(ethtool.Run().find("driver=\"dr\\\"iver\xEF\xBF\xBD\""), std::string::npos);
}

TEST_F(EthtoolTest, AllocatesNothingOnceWarm) {
  for (const std::string device : {"eth0", "eth1"}) {
    Driver& driver = Interface(device);
    driver.errors.clear();
    driver.supported = driver.advertised = 0xffffffff;
    driver.stats = {{"rx_bytes", 1}, {"a_rather_long_name_of_a_stat_0", 2}};
  }
  // What the harness keeps open for its fake would count otherwise.
  CollectorHarness ethtool("ethtool", host_);
  Use(ethtool);
  EXPECT_EQ(ethtool.AllocationsOnceWarm(), 0U);
}

TEST(EthtoolKernelTest, AsksTheKernel) {
  HostTree host;
  host.WriteSys("class/net/lo/ifindex", "1\n");
  host.WriteSys("class/net/a-name-too-long-for-any-interface/ifindex", "2\n");
  CollectorHarness ethtool("ethtool", host);
  ethtool.Run();
  EXPECT_EQ(ethtool.status(), Status());
  EXPECT_EQ(ethtool.Log().find("level=ERROR"), std::string::npos);
}

}  // namespace
}  // namespace hostpulse
