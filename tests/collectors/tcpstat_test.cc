#include "collectors/tcpstat.h"

#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <string>

#include "core/unique_fd.h"
#include "tests/support/collector_harness.h"
#include "tests/support/fake_netlink.h"

namespace hostpulse {
namespace {

using collectors::CollectorContext;
using collectors::NetlinkVisitor;

inet_diag_msg SocketIn(int state, std::uint32_t rx_queue = 0, std::uint32_t tx_queue = 0) {
  inet_diag_msg socket{};
  socket.idiag_family = AF_INET;
  socket.idiag_state = static_cast<std::uint8_t>(state);
  socket.idiag_rqueue = rx_queue;
  socket.idiag_wqueue = tx_queue;
  return socket;
}

class TcpstatTest : public ::testing::Test {
 protected:
  TcpstatTest() {
    tcpstat_.MakeWith([this](const CollectorContext& context) {
      return collectors::MakeTcpstat(context, kernel_.dump());
    });
  }
  void Socket(const inet_diag_msg& socket) {
    // With an attribute behind it, as the kernel sends it.
    kernel_.Answer(SOCK_DIAG_BY_FAMILY, SOCK_DIAG_BY_FAMILY,
                   NetlinkBody(socket).Add(INET_DIAG_SHUTDOWN, std::uint8_t{0}));
  }
  inet_diag_req_v2 LastRequest() const {
    inet_diag_req_v2 request{};
    const auto bytes = kernel_.Request(SOCK_DIAG_BY_FAMILY);
    EXPECT_EQ(bytes.size(), sizeof request);
    if (bytes.size() == sizeof request) std::memcpy(&request, bytes.data(), sizeof request);
    return request;
  }

  FakeNetlink kernel_;
  HostTree host_;
  CollectorHarness tcpstat_{"tcpstat", host_};
};

TEST_F(TcpstatTest, CountsEveryStateAndSumsTheQueues) {
  for (int state = 1; state <= 11; ++state) {
    for (int i = 0; i < state; ++i) Socket(SocketIn(state, 1, 100));
  }
  EXPECT_EQ(tcpstat_.Run(),
            "node_tcp_connection_states{state=\"close\"} 7\n"
            "node_tcp_connection_states{state=\"close_wait\"} 8\n"
            "node_tcp_connection_states{state=\"closing\"} 11\n"
            "node_tcp_connection_states{state=\"established\"} 1\n"
            "node_tcp_connection_states{state=\"fin_wait1\"} 4\n"
            "node_tcp_connection_states{state=\"fin_wait2\"} 5\n"
            "node_tcp_connection_states{state=\"last_ack\"} 9\n"
            "node_tcp_connection_states{state=\"listen\"} 10\n"
            "node_tcp_connection_states{state=\"rx_queued_bytes\"} 66\n"
            "node_tcp_connection_states{state=\"syn_recv\"} 3\n"
            "node_tcp_connection_states{state=\"syn_sent\"} 2\n"
            "node_tcp_connection_states{state=\"time_wait\"} 6\n"
            "node_tcp_connection_states{state=\"tx_queued_bytes\"} 6600\n");
  EXPECT_EQ(tcpstat_.status(), Status());
}

TEST_F(TcpstatTest, LeavesOutStatesWithoutSocketsAndEverythingWithoutAny) {
  EXPECT_EQ(tcpstat_.Run(), "");
  EXPECT_EQ(tcpstat_.status(), Status());
  Socket(SocketIn(10));
  EXPECT_EQ(tcpstat_.Run(),
            "node_tcp_connection_states{state=\"listen\"} 1\n"
            "node_tcp_connection_states{state=\"rx_queued_bytes\"} 0\n"
            "node_tcp_connection_states{state=\"tx_queued_bytes\"} 0\n");
}

TEST_F(TcpstatTest, AsksForIpv6OnlyWhereTheKernelHasIt) {
  Socket(SocketIn(1));
  tcpstat_.Run();
  inet_diag_req_v2 request = LastRequest();
  EXPECT_EQ(request.sdiag_family, AF_INET);
  EXPECT_EQ(request.sdiag_protocol, IPPROTO_TCP);
  EXPECT_EQ(request.idiag_states, 0xfffU);
  EXPECT_EQ(request.idiag_ext, 0);

  host_.WriteProc("net/tcp6", "");
  EXPECT_NE(tcpstat_.Run().find("{state=\"established\"} 2\n"), std::string::npos);
  request = LastRequest();
  EXPECT_EQ(request.sdiag_family, AF_INET6);
}

TEST_F(TcpstatTest, PassesOverStatesItDoesNotKnowAndMessagesCutOff) {
  Socket(SocketIn(0));
  Socket(SocketIn(12));
  Socket(SocketIn(255));
  kernel_.Answer(SOCK_DIAG_BY_FAMILY, SOCK_DIAG_BY_FAMILY, NetlinkBody(std::uint32_t{1}));
  EXPECT_EQ(tcpstat_.Run(), "");
  EXPECT_EQ(tcpstat_.status(), Status());
}

TEST_F(TcpstatTest, ReportsNothingOfADumpThatFailed) {
  Socket(SocketIn(1));
  kernel_.Fail({ErrorCode::kIo, "netlink: broken"});
  EXPECT_EQ(tcpstat_.Run(), "");
  EXPECT_EQ(tcpstat_.status().code(), ErrorCode::kIo);
  kernel_.Fail(Status());
  EXPECT_NE(tcpstat_.Run(), "");
}

// Half a million sockets, none of which may cost memory.
Status DumpHalfAMillion(std::uint16_t, std::span<const std::byte>, NetlinkVisitor visit) {
  const inet_diag_msg socket = SocketIn(1, 4'000'000'000, 1);
  for (int i = 0; i < 500'000; ++i) {
    visit(SOCK_DIAG_BY_FAMILY, std::as_bytes(std::span(&socket, 1)));
  }
  return {};
}

TEST(TcpstatSizeTest, StreamsHalfAMillionSocketsWithoutAllocating) {
  HostTree host;
  CollectorHarness tcpstat("tcpstat", host);
  tcpstat.MakeWith([](const CollectorContext& context) {
    return collectors::MakeTcpstat(context, DumpHalfAMillion);
  });
  EXPECT_EQ(tcpstat.Run(),
            "node_tcp_connection_states{state=\"established\"} 500000\n"
            "node_tcp_connection_states{state=\"rx_queued_bytes\"} 2000000000000000\n"
            "node_tcp_connection_states{state=\"tx_queued_bytes\"} 500000\n");
  EXPECT_EQ(tcpstat.AllocationsOnceWarm(), 0U);
}

TEST(TcpstatKernelTest, SeesASocketThatListens) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::listen(socket.get(), 1), 0);
  HostTree host;
  CollectorHarness tcpstat("tcpstat", host);
  EXPECT_NE(tcpstat.Run().find("node_tcp_connection_states{state=\"listen\"} "), std::string::npos);
  EXPECT_EQ(tcpstat.status(), Status());
  EXPECT_EQ(tcpstat.AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse
