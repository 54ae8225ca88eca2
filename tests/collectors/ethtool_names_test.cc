#include "collectors/ethtool_names.h"

#include <gtest/gtest.h>
#include <linux/ethtool.h>

#include <string>

namespace hostpulse::collectors {
namespace {

std::vector<char> Padded(std::initializer_list<std::string_view> names) {
  std::vector<char> all;
  for (const std::string_view name : names) {
    const std::size_t end = all.size() + ETH_GSTRING_LEN;
    all.insert(all.end(), name.begin(), name.end());
    all.resize(end);
  }
  return all;
}

// "family=index " of every statistic.
std::string Named(std::initializer_list<std::string_view> names, std::string_view wanted = ".*") {
  const std::vector<char> padded = Padded(names);
  std::string text;
  for (const EthtoolStatName& stat : NameEthtoolStats(padded, Pattern(wanted))) {
    text += stat.family + "=" + std::to_string(stat.index) + " ";
  }
  return text;
}

TEST(EthtoolFamilyTest, SpellsOutDirectionsAndLowersCase) {
  EXPECT_EQ(EthtoolFamily("port_rx_dropped"), "node_ethtool_port_received_dropped");
  EXPECT_EQ(EthtoolFamily("tx_timeout"), "node_ethtool_transmitted_timeout");
  EXPECT_EQ(EthtoolFamily("RX_Queue_0"), "node_ethtool_received_queue_0");
  EXPECT_EQ(EthtoolFamily("tx"), "node_ethtool_transmitted");
  EXPECT_EQ(EthtoolFamily("__veb_tx_rx"), "node_ethtool_veb_transmitted_received");
  EXPECT_EQ(EthtoolFamily("rxq_txq_matrix"), "node_ethtool_rxq_txq_matrix");
}

TEST(EthtoolFamilyTest, LetsAnUnderscoreBelongToOneWordOnly) {
  EXPECT_EQ(EthtoolFamily("rx_rx_rx"), "node_ethtool_received_rx_received");
  EXPECT_EQ(EthtoolFamily("rx__rx"), "node_ethtool_received__received");
}

TEST(EthtoolFamilyTest, CallsWhatEveryDriverCountsATotal) {
  EXPECT_EQ(EthtoolFamily("rx_bytes"), "node_ethtool_received_bytes_total");
  EXPECT_EQ(EthtoolFamily("rx_dropped"), "node_ethtool_received_dropped_total");
  EXPECT_EQ(EthtoolFamily("rx_errors"), "node_ethtool_received_errors_total");
  EXPECT_EQ(EthtoolFamily("rx_packets"), "node_ethtool_received_packets_total");
  EXPECT_EQ(EthtoolFamily("tx_bytes"), "node_ethtool_transmitted_bytes_total");
  EXPECT_EQ(EthtoolFamily("tx_errors"), "node_ethtool_transmitted_errors_total");
  EXPECT_EQ(EthtoolFamily("tx_packets"), "node_ethtool_transmitted_packets_total");
  EXPECT_EQ(EthtoolFamily("tx_dropped"), "node_ethtool_transmitted_dropped");
}

TEST(EthtoolFamilyTest, IsEmptyWhereNothingIsLeft) {
  EXPECT_EQ(EthtoolFamily("___"), "");
  EXPECT_EQ(EthtoolFamily(""), "");
}

TEST(NameEthtoolStatsTest, ReplacesWhatMayNotStandInAMetric) {
  EXPECT_EQ(Named({"[0]: rx-bytes", "port.rx_\xc3\xa4_b", "bad\xff"}),
            "node_ethtool_0___received_bytes=0 node_ethtool_bad_=2 "
            "node_ethtool_port_received___b=1 ");
}

TEST(NameEthtoolStatsTest, TakesANameThatFillsItsField) {
  EXPECT_EQ(Named({"abcdefghijklmnopqrstuvwxyz012345", "b"}),
            "node_ethtool_abcdefghijklmnopqrstuvwxyz012345=0 node_ethtool_b=1 ");
}

TEST(NameEthtoolStatsTest, DropsNamesThatCollide) {
  EXPECT_EQ(Named({"rx.a", "keep", "rx_a", "RX_A"}), "node_ethtool_keep=1 ");
}

TEST(NameEthtoolStatsTest, TakesTheLastOfANameThatRepeats) {
  EXPECT_EQ(Named({"rx_a", "b", "rx_a"}), "node_ethtool_b=1 node_ethtool_received_a=2 ");
}

TEST(NameEthtoolStatsTest, FiltersByTheSanitizedNameBeforeItLooksForCollisions) {
  EXPECT_EQ(Named({"rx.a", "tx.a", "RX_A"}, "^rx_"), "node_ethtool_received_a=0 ");
  EXPECT_EQ(Named({"rx.a"}, "^tx_"), "");
}

TEST(NameEthtoolStatsTest, PassesOverEmptyNames) {
  EXPECT_EQ(Named({"", "a", "___"}), "node_ethtool_a=1 ");
}

TEST(NameEthtoolStatsTest, HelpsWithTheSanitizedName) {
  const auto stats = NameEthtoolStats(Padded({"port.rx_dropped", "rx_bytes"}), Pattern(".*"));
  ASSERT_EQ(stats.size(), 2U);
  EXPECT_EQ(stats[0].help, "What the driver counts as port_rx_dropped.");
  EXPECT_EQ(stats[1].help, kEthtoolStats[0].help);
}

}  // namespace
}  // namespace hostpulse::collectors
