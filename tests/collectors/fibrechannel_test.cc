#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

class FibrechannelTest : public testing::Test {
 protected:
  void Write(const std::string& file, std::string_view value) {
    host_.WriteSys("class/fc_host/" + file, value);
  }
  // A host with every file, in the kernel's notation.
  void WriteHost(const std::string& host) {
    const std::pair<const char*, const char*> files[] = {
        {"dev_loss_tmo", "30"},
        {"fabric_name", "0x100088948666f2a4"},
        {"node_name", "0x2000e0071bce95f2"},
        {"port_id", "0x000002"},
        {"port_name", "0x1000e0071bce95f2"},
        {"port_state", "Online"},
        {"port_type", "Point-To-Point (direct nport connection)"},
        {"speed", "16 Gbit"},
        {"supported_classes", "Class 3"},
        {"supported_speeds", "4 Gbit, 8 Gbit, 16 Gbit"},
        {"symbolic_name", "Emulex SN1100E2P FV12.4.270.3 DV12.4.0.0. HN:gotest. OS:Linux"},
        {"statistics/dumped_frames", "0xffffffffffffffff"},
        {"statistics/error_frames", "0x0"},
        {"statistics/fcp_packet_aborts", "0x13"},
        {"statistics/fcp_input_megabytes", "0x9"},
        {"statistics/invalid_crc_count", "0x2"},
        {"statistics/invalid_tx_word_count", "0x8"},
        {"statistics/link_failure_count", "0x9"},
        {"statistics/loss_of_signal_count", "0x11"},
        {"statistics/loss_of_sync_count", "0x10"},
        {"statistics/nos_count", "0x12"},
        {"statistics/rx_frames", "0x3"},
        {"statistics/rx_words", "0xfffffffffffffffe"},
        {"statistics/seconds_since_last_reset", "0x7"},
        {"statistics/tx_frames", "0x5"},
        {"statistics/tx_words", "0x6"}};
    for (const auto& [file, value] : files) {
      Write(std::string(host).append("/").append(file), std::string(value) + "\n");
    }
  }

  HostTree host_;
  CollectorHarness fibrechannel_{"fibrechannel", host_};
};

constexpr std::string_view kInfo =
    "node_fibrechannel_info{dev_loss_tmo=\"30\",fabric_name=\"100088948666f2a4\",fc_host=\"host0\","
    "port_id=\"000002\",port_name=\"1000e0071bce95f2\",port_state=\"Online\","
    "port_type=\"Point-To-Point (direct nport connection)\",speed=\"16 Gbit\","
    "supported_classes=\"Class 3\",supported_speeds=\"4 Gbit, 8 Gbit, 16 Gbit\","
    "symbolic_name=\"Emulex SN1100E2P FV12.4.270.3 DV12.4.0.0. HN:gotest. OS:Linux\"} 1\n";

TEST_F(FibrechannelTest, ReportsPortAndStatisticsButNotWhatTheDriverDoesNotCount) {
  WriteHost("host0");
  EXPECT_EQ(fibrechannel_.Run(),
            "node_fibrechannel_error_frames_total{fc_host=\"host0\"} 0\n"
            "node_fibrechannel_fcp_packet_aborts_total{fc_host=\"host0\"} 19\n" +
                std::string(kInfo) +
                "node_fibrechannel_invalid_crc_total{fc_host=\"host0\"} 2\n"
                "node_fibrechannel_invalid_tx_words_total{fc_host=\"host0\"} 8\n"
                "node_fibrechannel_link_failure_total{fc_host=\"host0\"} 9\n"
                "node_fibrechannel_loss_of_signal_total{fc_host=\"host0\"} 17\n"
                "node_fibrechannel_loss_of_sync_total{fc_host=\"host0\"} 16\n"
                "node_fibrechannel_nos_total{fc_host=\"host0\"} 18\n"
                "node_fibrechannel_rx_frames_total{fc_host=\"host0\"} 3\n"
                "node_fibrechannel_rx_words_total{fc_host=\"host0\"} 18446744073709551616\n"
                "node_fibrechannel_seconds_since_last_reset_total{fc_host=\"host0\"} 7\n"
                "node_fibrechannel_tx_frames_total{fc_host=\"host0\"} 5\n"
                "node_fibrechannel_tx_words_total{fc_host=\"host0\"} 6\n");
  EXPECT_EQ(fibrechannel_.status(), Status());
  Write("host0/statistics/dumped_frames", "0x1\n");
  EXPECT_THAT(fibrechannel_.Run(),
              testing::StartsWith("node_fibrechannel_dumped_frames_total{fc_host=\"host0\"} 1\n"));
  EXPECT_EQ(fibrechannel_.AllocationsOnceWarm(), 0U);
}

TEST_F(FibrechannelTest, LeavesOutWhatADriverDoesNotSay) {
  Write("host1/speed", "unknown\n");
  Write("host1/port_id", "\n");
  Write("host1/statistics/tx_words", "12\n");
  EXPECT_EQ(fibrechannel_.Run(),
            "node_fibrechannel_info{dev_loss_tmo=\"\",fabric_name=\"\",fc_host=\"host1\","
            "port_id=\"\",port_name=\"\",port_state=\"\",port_type=\"\",speed=\"unknown\","
            "supported_classes=\"\",supported_speeds=\"\",symbolic_name=\"\"} 1\n"
            "node_fibrechannel_tx_words_total{fc_host=\"host1\"} 12\n");
  EXPECT_EQ(fibrechannel_.status(), Status());
}

TEST_F(FibrechannelTest, NamesABadStatisticAndReportsTheRest) {
  for (const char* bad : {"0xg\n", "0x\n", "\n", "-1\n", "0x10000000000000000\n"}) {
    WriteHost("host0");
    WriteHost("host1");
    Write("host0/statistics/rx_frames", bad);
    const std::string text = fibrechannel_.Run();
    EXPECT_THAT(text, Not(HasSubstr("rx_frames_total{fc_host=\"host0\"}"))) << bad;
    EXPECT_THAT(text, HasSubstr("tx_words_total{fc_host=\"host0\"} 6\n")) << bad;
    EXPECT_THAT(text, HasSubstr("rx_frames_total{fc_host=\"host1\"} 3\n")) << bad;
    EXPECT_EQ(fibrechannel_.status().code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(fibrechannel_.status().message(), HasSubstr("host0/statistics/rx_frames")) << bad;
  }
}

TEST_F(FibrechannelTest, SkipsAHostThatLeaves) {
  fibrechannel_.KeepDescriptors(0);
  WriteHost("host0");
  WriteHost("host1");
  EXPECT_THAT(fibrechannel_.Run(), HasSubstr("host1"));
  host_.Remove("sys/class/fc_host/host1");
  // As it is when the host leaves after it was listed.
  host_.WriteSys("class/fc_host/host1/power/control", "auto\n");
  const std::string text = fibrechannel_.Run();
  EXPECT_THAT(text, HasSubstr(std::string(kInfo)));
  EXPECT_THAT(text, Not(HasSubstr("host1")));
  EXPECT_EQ(fibrechannel_.status(), Status());
}

TEST_F(FibrechannelTest, CleansWhatTheFabricSays) {
  Write("host0/symbolic_name", "switch \xc3\x28 \"a\"\n");
  EXPECT_THAT(fibrechannel_.Run(), HasSubstr("symbolic_name=\"switch \xef\xbf\xbd( \\\"a\\\"\""));
}

TEST_F(FibrechannelTest, IsAbsentWithoutTheClass) {
  EXPECT_EQ(fibrechannel_.Run(), "");
  EXPECT_EQ(fibrechannel_.status().code(), ErrorCode::kAbsent);
}

// The files of a real adapter are in the directory of a device that the class links to.
TEST_F(FibrechannelTest, FollowsTheLinksOfTheClass) {
  host_.WriteSys("devices/pci0000:00/0000:00:03.0/host2/fc_host/host2/speed", "8 Gbit\n");
  host_.LinkSys("class/fc_host/host2", "../../devices/pci0000:00/0000:00:03.0/host2/fc_host/host2");
  EXPECT_THAT(fibrechannel_.Run(), HasSubstr("fc_host=\"host2\""));
}

}  // namespace
}  // namespace hostpulse
