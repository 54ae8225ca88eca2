#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "tests/support/collector_harness.h"

namespace hostpulse {
namespace {

using testing::HasSubstr;
using testing::Not;

// Every counter of a port with the metric that it becomes.
struct Counter {
  std::string_view file;
  std::string_view metric;  // Behind "node_infiniband_".
};
constexpr auto kCounters = std::to_array<Counter>({
    {"counters/VL15_dropped", "vl15_dropped_total"},
    {"counters/excessive_buffer_overrun_errors", "excessive_buffer_overrun_errors_total"},
    {"counters/link_downed", "link_downed_total"},
    {"counters/link_error_recovery", "link_error_recovery_total"},
    {"counters/local_link_integrity_errors", "local_link_integrity_errors_total"},
    {"counters/multicast_rcv_packets", "multicast_packets_received_total"},
    {"counters/multicast_xmit_packets", "multicast_packets_transmitted_total"},
    {"counters/port_rcv_constraint_errors", "port_constraint_errors_received_total"},
    {"counters/port_rcv_data", "port_data_received_bytes_total"},
    {"counters/port_rcv_discards", "port_discards_received_total"},
    {"counters/port_rcv_errors", "port_errors_received_total"},
    {"counters/port_rcv_packets", "port_packets_received_total"},
    {"counters/port_rcv_remote_physical_errors", "port_receive_remote_physical_errors_total"},
    {"counters/port_rcv_switch_relay_errors", "port_receive_switch_relay_errors_total"},
    {"counters/port_xmit_constraint_errors", "port_constraint_errors_transmitted_total"},
    {"counters/port_xmit_data", "port_data_transmitted_bytes_total"},
    {"counters/port_xmit_discards", "port_discards_transmitted_total"},
    {"counters/port_xmit_packets", "port_packets_transmitted_total"},
    {"counters/port_xmit_wait", "port_transmit_wait_total"},
    {"counters/symbol_error", "symbol_error_total"},
    {"counters/unicast_rcv_packets", "unicast_packets_received_total"},
    {"counters/unicast_xmit_packets", "unicast_packets_transmitted_total"},
    {"counters_ext/port_multicast_rcv_packets", "legacy_multicast_packets_received_total"},
    {"counters_ext/port_multicast_xmit_packets", "legacy_multicast_packets_transmitted_total"},
    {"counters_ext/port_rcv_data_64", "legacy_data_received_bytes_total"},
    {"counters_ext/port_rcv_packets_64", "legacy_packets_received_total"},
    {"counters_ext/port_unicast_rcv_packets", "legacy_unicast_packets_received_total"},
    {"counters_ext/port_unicast_xmit_packets", "legacy_unicast_packets_transmitted_total"},
    {"counters_ext/port_xmit_data_64", "legacy_data_transmitted_bytes_total"},
    {"counters_ext/port_xmit_packets_64", "legacy_packets_transmitted_total"},
    {"hw_counters/duplicate_request", "duplicate_requests_packets_total"},
    {"hw_counters/implied_nak_seq_err", "implied_nak_seq_errors_total"},
    {"hw_counters/lifespan", "lifespan_seconds"},
    {"hw_counters/local_ack_timeout_err", "local_ack_timeout_errors_total"},
    {"hw_counters/np_cnp_sent", "np_cnp_packets_sent_total"},
    {"hw_counters/np_ecn_marked_roce_packets", "np_ecn_marked_roce_packets_received_total"},
    {"hw_counters/out_of_buffer", "out_of_buffer_drops_total"},
    {"hw_counters/out_of_sequence", "out_of_sequence_packets_received_total"},
    {"hw_counters/packet_seq_err", "packet_sequence_errors_total"},
    {"hw_counters/req_cqe_error", "req_cqes_errors_total"},
    {"hw_counters/req_cqe_flush_error", "req_cqes_flush_errors_total"},
    {"hw_counters/req_remote_access_errors", "req_remote_access_errors_total"},
    {"hw_counters/req_remote_invalid_request", "req_remote_invalid_request_errors_total"},
    {"hw_counters/resp_cqe_error", "resp_cqes_errors_total"},
    {"hw_counters/resp_cqe_flush_error", "resp_cqes_flush_errors_total"},
    {"hw_counters/resp_local_length_error", "resp_local_length_errors_total"},
    {"hw_counters/resp_remote_access_errors", "resp_remote_access_errors_total"},
    {"hw_counters/rnr_nak_retry_err", "rnr_nak_retry_packets_received_total"},
    {"hw_counters/roce_adp_retrans", "roce_adp_retransmits_total"},
    {"hw_counters/roce_adp_retrans_to", "roce_adp_retransmits_timeout_total"},
    {"hw_counters/roce_slow_restart", "roce_slow_restart_used_total"},
    {"hw_counters/roce_slow_restart_cnps", "roce_slow_restart_cnps_total"},
    {"hw_counters/roce_slow_restart_trans", "roce_slow_restart_total"},
    {"hw_counters/rp_cnp_handled", "rp_cnp_packets_handled_total"},
    {"hw_counters/rp_cnp_ignored", "rp_cnp_ignored_packets_received_total"},
    {"hw_counters/rx_atomic_requests", "rx_atomic_requests_total"},
    {"hw_counters/rx_dct_connect", "rx_dct_connect_requests_total"},
    {"hw_counters/rx_icrc_encapsulated", "rx_icrc_encapsulated_errors_total"},
    {"hw_counters/rx_read_requests", "rx_read_requests_total"},
    {"hw_counters/rx_write_requests", "rx_write_requests_total"},
});

class InfinibandTest : public testing::Test {
 protected:
  void Write(const std::string& file, std::string_view value) {
    host_.WriteSys("class/infiniband/" + file, value);
  }
  void WriteDevice(const std::string& device) {
    Write(device + "/board_id", "SM_1141000001000\n");
    Write(device + "/fw_ver", "2.31.5050\n");
    Write(device + "/hca_type", "MT4099\n");
  }
  void WritePort(const std::string& port) {
    Write(port + "/state", "4: ACTIVE\n");
    Write(port + "/phys_state", "5: LinkUp\n");
    Write(port + "/rate", "40 Gb/sec (4X QDR)\n");
  }

  HostTree host_;
  CollectorHarness infiniband_{"infiniband", host_};
};

constexpr std::string_view kDevice =
    "node_infiniband_info{board_id=\"SM_1141000001000\",device=\"mlx4_0\","
    "firmware_version=\"2.31.5050\",hca_type=\"MT4099\"} 1\n";
constexpr std::string_view kPort =
    "node_infiniband_physical_state_id{device=\"mlx4_0\",port=\"1\"} 5\n"
    "node_infiniband_rate_bytes_per_second{device=\"mlx4_0\",port=\"1\"} 5000000000\n"
    "node_infiniband_state_id{device=\"mlx4_0\",port=\"1\"} 4\n";

TEST_F(InfinibandTest, ReportsAPortWithoutCounters) {
  WriteDevice("mlx4_0");
  WritePort("mlx4_0/ports/1");
  EXPECT_EQ(infiniband_.Run(), std::string(kDevice) + std::string(kPort));
  EXPECT_EQ(infiniband_.status(), Status());
  EXPECT_EQ(infiniband_.AllocationsOnceWarm(), 0U);
}

// Words of four bytes: port_rcv_data and its like. Milliseconds: lifespan, in whole seconds.
TEST_F(InfinibandTest, ReportsEveryCounterAtItsScale) {
  WriteDevice("mlx5_0");
  std::uint64_t value = 1000;
  std::string expected;
  for (const auto& [file, metric] : kCounters) {
    value += 1001;
    Write("mlx5_0/ports/2/" + std::string(file), std::to_string(value) + "\n");
    const bool in_words = file.find("_data") != file.npos;
    const std::uint64_t scaled = in_words                     ? value * 4
                                 : file.ends_with("lifespan") ? value / 1000
                                                              : value;
    expected.append("node_infiniband_").append(metric).append("{device=\"mlx5_0\",port=\"2\"} ");
    expected.append(std::to_string(scaled)).append("\n");
  }
  const std::string text = infiniband_.Run();
  EXPECT_EQ(infiniband_.status(), Status());
  std::size_t lines = 0;
  for (std::size_t at = 0; at < expected.size(); ++lines) {
    const std::size_t end = expected.find('\n', at) + 1;
    EXPECT_THAT(text, HasSubstr(expected.substr(at, end - at)));
    at = end;
  }
  EXPECT_EQ(lines, 60U);
  EXPECT_EQ(std::ranges::count(text, '\n'), 61) << text;  // The device, too.
  EXPECT_EQ(infiniband_.AllocationsOnceWarm(), 0U);
}

TEST_F(InfinibandTest, KeepsTheExactBytesOfALargeCounter) {
  WriteDevice("mlx4_0");
  Write("mlx4_0/ports/1/counters/port_rcv_data", "4611686018427387905\n");
  Write("mlx4_0/ports/1/counters/port_xmit_data", "18446744073709551615\n");
  const std::string text = infiniband_.Run();
  EXPECT_THAT(text, HasSubstr("data_received_bytes_total{device=\"mlx4_0\",port=\"1\"} "
                              "18446744073709551616\n"));
  EXPECT_THAT(text, HasSubstr("data_transmitted_bytes_total{device=\"mlx4_0\",port=\"1\"} "
                              "73786976294838206464\n"));
}

TEST_F(InfinibandTest, PassesOverCountersThatTheAdapterDoesNotHave) {
  WriteDevice("mlx4_0");
  WritePort("mlx4_0/ports/1");
  Write("mlx4_0/ports/1/counters/symbol_error", "N/A (no PMA)\n");
  Write("mlx4_0/ports/1/counters_ext/port_rcv_data_64", "N/A (no PMA)\n");
  Write("mlx4_0/ports/1/counters/unheard_of", "12\n");
  Write("mlx4_0/ports/1/counters/link_downed/is_a_directory", "");
  Write("mlx4_0/ports/1/hw_counters/symbol_error", "12\n");  // Not where it belongs.
  EXPECT_EQ(infiniband_.Run(), std::string(kDevice) + std::string(kPort));
  EXPECT_EQ(infiniband_.status(), Status());
  EXPECT_EQ(infiniband_.AllocationsOnceWarm(), 0U);
}

TEST_F(InfinibandTest, ReadsStatesAndRates) {
  WriteDevice("mlx4_0");
  Write("mlx4_0/ports/1/state", "1: DOWN\n");
  Write("mlx4_0/ports/1/phys_state", "3: <unknown>\n");
  Write("mlx4_0/ports/1/rate", "2.5 Gb/sec (1X SDR)\n");
  Write("mlx4_0/ports/2/rate", "400 Gb/sec (4X NDR)\n");
  EXPECT_EQ(infiniband_.Run(),
            std::string(kDevice) +
                "node_infiniband_physical_state_id{device=\"mlx4_0\",port=\"1\"} 3\n"
                "node_infiniband_rate_bytes_per_second{device=\"mlx4_0\",port=\"1\"} 312500000\n"
                "node_infiniband_rate_bytes_per_second{device=\"mlx4_0\",port=\"2\"} 50000000000\n"
                "node_infiniband_state_id{device=\"mlx4_0\",port=\"1\"} 1\n");
  EXPECT_EQ(infiniband_.status(), Status());
}

TEST_F(InfinibandTest, NamesABadValueAndReportsTheRest) {
  for (const auto& [file, bad] : {std::pair("state", "ACTIVE\n"),
                                  {"state", "\n"},
                                  {"phys_state", "up: LinkUp\n"},
                                  {"phys_state", "-1: LinkUp\n"},
                                  {"rate", "fast\n"},
                                  {"rate", "-40 Gb/sec\n"},
                                  {"rate", "40 Mb/sec\n"},
                                  {"counters/link_downed", "N/A\n"},
                                  {"counters/link_downed", "-1\n"},
                                  {"hw_counters/out_of_buffer", "18446744073709551616\n"}}) {
    HostTree host;
    host.WriteSys("class/infiniband/mlx4_0/fw_ver", "1\n");
    host.WriteSys("class/infiniband/mlx4_0/ports/1/counters/symbol_error", "7\n");
    host.WriteSys("class/infiniband/mlx4_0/ports/1/" + std::string(file), bad);
    CollectorHarness infiniband("infiniband", host);
    EXPECT_EQ(infiniband.Run(),
              "node_infiniband_info{board_id=\"\",device=\"mlx4_0\",firmware_version=\"1\","
              "hca_type=\"\"} 1\n"
              "node_infiniband_symbol_error_total{device=\"mlx4_0\",port=\"1\"} 7\n")
        << bad;
    EXPECT_EQ(infiniband.status().code(), ErrorCode::kParse) << bad;
    EXPECT_THAT(infiniband.status().message(), HasSubstr(file)) << bad;
  }
}

TEST_F(InfinibandTest, NamesAPortThatIsNoNumber) {
  WriteDevice("mlx4_0");
  WritePort("mlx4_0/ports/1");
  WritePort("mlx4_0/ports/one");
  EXPECT_EQ(infiniband_.Run(), std::string(kDevice) + std::string(kPort));
  EXPECT_EQ(infiniband_.status().code(), ErrorCode::kParse);
}

TEST_F(InfinibandTest, FiltersDevices) {
  for (const char* device : {"mlx4_0", "mlx5_0", "mlx5_1"}) {
    WriteDevice(device);
    WritePort(std::string(device) + "/ports/1");
  }
  CollectorHarness only("infiniband", host_, {{"collector.infiniband.device-include", "^mlx5"}});
  const std::string with = only.Run();
  EXPECT_THAT(with, HasSubstr("state_id{device=\"mlx5_1\",port=\"1\"} 4\n"));
  EXPECT_THAT(with, Not(HasSubstr("mlx4_0")));
  CollectorHarness all_but("infiniband", host_, {{"collector.infiniband.device-exclude", "^mlx5"}});
  EXPECT_EQ(all_but.Run(), std::string(kDevice) + std::string(kPort));
  CollectorHarness both(
      "infiniband", host_,
      {{"collector.infiniband.device-include", "a"}, {"collector.infiniband.device-exclude", "b"}});
  EXPECT_EQ(both.Run(), "");
  EXPECT_EQ(both.status().code(), ErrorCode::kInvalid);
}

TEST_F(InfinibandTest, FollowsDevicesPortsAndCountersThatComeAndGo) {
  infiniband_.KeepDescriptors(0);
  WriteDevice("mlx4_0");
  WritePort("mlx4_0/ports/1");
  WritePort("mlx4_0/ports/2");
  Write("mlx4_0/ports/1/counters/symbol_error", "1\n");
  WriteDevice("mlx4_1");
  WritePort("mlx4_1/ports/1");
  EXPECT_THAT(infiniband_.Run(), HasSubstr("mlx4_1"));
  host_.Remove("sys/class/infiniband/mlx4_1");
  host_.Remove("sys/class/infiniband/mlx4_0/ports/2");
  host_.Remove("sys/class/infiniband/mlx4_0/ports/1/counters/symbol_error");
  EXPECT_EQ(infiniband_.Run(), std::string(kDevice) + std::string(kPort));
  Write("mlx4_0/ports/1/counters/link_downed", "3\n");
  EXPECT_THAT(infiniband_.Run(), HasSubstr("link_downed_total{device=\"mlx4_0\",port=\"1\"} 3\n"));
  EXPECT_EQ(infiniband_.status(), Status());
}

TEST_F(InfinibandTest, SkipsADeviceThatLeftAfterItWasListed) {
  Write("mlx4_0/power/control", "auto\n");
  WriteDevice("mlx4_1");  // Its ports have gone first.
  EXPECT_EQ(infiniband_.Run(), "");
  EXPECT_EQ(infiniband_.status(), Status());
}

TEST_F(InfinibandTest, ReadsMorePortsThanItMayKeepDescriptorsOf) {
  infiniband_.KeepDescriptors(10);
  for (int i = 0; i < 8; ++i) {
    const std::string device = "mlx5_" + std::to_string(i);
    WriteDevice(device);
    WritePort(device + "/ports/1");
    for (const auto& [file, metric] : kCounters) {
      Write(device + "/ports/1/" + std::string(file), "5\n");
    }
  }
  const std::string first = infiniband_.Run();
  EXPECT_EQ(std::ranges::count(first, '\n'), 8 * 64);
  EXPECT_EQ(infiniband_.Run(), first);
}

TEST_F(InfinibandTest, CleansWhatTheFirmwareSays) {
  WriteDevice("mlx4_0");
  WritePort("mlx4_0/ports/1");
  Write("mlx4_0/board_id", "\xff\n");
  EXPECT_THAT(infiniband_.Run(), HasSubstr("board_id=\"\xef\xbf\xbd\""));
}

TEST_F(InfinibandTest, IsAbsentWithoutTheClass) {
  EXPECT_EQ(infiniband_.Run(), "");
  EXPECT_EQ(infiniband_.status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse
