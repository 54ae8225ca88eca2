#include "collectors/ntp.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "collectors/ntp_udp.h"
#include "core/unique_fd.h"
#include "tests/support/collector_harness.h"
#include "tests/support/ntp_answer.h"

namespace hostpulse {
namespace {

using collectors::CollectorContext;
using collectors::NtpExchange;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr seconds kEpochOfTest{1'795'395'723};  // FakeClock's, less its 456 ms.

std::uint64_t CookieOf(std::span<const std::byte> question) {
  std::uint64_t cookie = 0;
  for (std::size_t i = 40; i < 48; ++i)
    cookie = cookie << 8 | std::to_integer<unsigned>(question[i]);
  return cookie;
}

// What the server does next.
struct FakeServer {
  NtpAnswer answer;
  milliseconds way{10};  // There, and as long back.
  milliseconds ahead{0};
  Status prepare;
  Status ask;
  FakeClock* clock = nullptr;
  std::string question;  // The first byte of the last one, in decimal.
};

// A server whose clock is the harness's, moved by `ahead`.
class FakeExchange final : public NtpExchange {
 public:
  explicit FakeExchange(FakeServer& server) : server_(server) {}

  Status Prepare() override { return server_.prepare; }

  Result<std::size_t> Ask(std::span<const std::byte> question,
                          std::span<std::byte> answer) override {
    if (!server_.ask) return server_.ask;
    server_.clock->Advance(server_.way);
    NtpAnswer reply = server_.answer;
    reply.origin = CookieOf(question);
    reply.receive = reply.transmit = TimeNow();
    server_.clock->Advance(server_.way);
    server_.question = std::to_string(std::to_integer<int>(question[0]));
    const auto packet = reply.bytes();
    std::copy(packet.begin(), packet.end(), answer.begin());
    return packet.size();
  }

 private:
  std::uint64_t TimeNow() const {
    const auto now = (server_.clock->Now() + server_.ahead).time_since_epoch();
    const auto whole = std::chrono::floor<seconds>(now);
    const auto fraction = static_cast<std::uint64_t>((now - whole).count()) << 32;
    return NtpTime(whole) | (fraction + 999'999'999) / 1'000'000'000;
  }

  FakeServer& server_;
};

class NtpTest : public testing::Test {
 protected:
  NtpTest() {
    server_.answer.stratum = 2;
    server_.answer.reference = NtpTime(kEpochOfTest - seconds(64));
    server_.answer.root_delay = 0x0000'4000;       // 250 ms
    server_.answer.root_dispersion = 0x0000'2000;  // 125 ms
  }

  // Plays the server for a collector made with these flags.
  std::unique_ptr<CollectorHarness> Make(CollectorHarness::Flags flags = {}) {
    auto ntp = std::make_unique<CollectorHarness>("ntp", host_, flags);
    server_.clock = &ntp->clock();
    ntp->MakeWith([this](const CollectorContext& context) {
      return collectors::MakeNtp(context, std::make_unique<FakeExchange>(server_));
    });
    return ntp;
  }
  bool IsSane(CollectorHarness& ntp) {
    const std::string samples = ntp.Run();
    EXPECT_EQ(ntp.status(), Status());
    EXPECT_THAT(samples, HasSubstr("node_ntp_sanity "));
    return samples.find("node_ntp_sanity 1\n") != samples.npos;
  }

  HostTree host_;
  FakeServer server_;
};

TEST_F(NtpTest, ReportsWhatTheServerSays) {
  server_.answer.leap = 1;
  server_.ahead = milliseconds(500);
  const auto ntp = Make();
  EXPECT_EQ(ntp->Run(),
            "node_ntp_leap 1\n"
            "node_ntp_offset_seconds 0.5\n"
            "node_ntp_reference_timestamp_seconds 1795395659\n"
            "node_ntp_root_delay_seconds 0.25\n"
            "node_ntp_root_dispersion_seconds 0.125\n"
            "node_ntp_rtt_seconds 0.02\n"
            "node_ntp_sanity 1\n"
            "node_ntp_stratum 2\n");
  EXPECT_EQ(ntp->status(), Status());
  EXPECT_EQ(ntp->AllocationsOnceWarm(), 0U);
}

TEST_F(NtpTest, HasZeroForAReferenceThatWasNeverSet) {
  server_.answer.reference = 0;
  const auto ntp = Make();
  EXPECT_THAT(ntp->Run(), testing::AllOf(HasSubstr("node_ntp_reference_timestamp_seconds 0\n"),
                                         HasSubstr("node_ntp_sanity 0\n")));
}

TEST_F(NtpTest, AsksInTheVersionOfTheFlag) {
  Make()->Run();
  EXPECT_EQ(server_.question, std::to_string(4 << 3 | 3));
  Make({{"collector.ntp.protocol-version", "2"}})->Run();
  EXPECT_EQ(server_.question, std::to_string(2 << 3 | 3));
}

TEST_F(NtpTest, ToleratesAnOffsetUpToTheFlag) {
  server_.ahead = milliseconds(12);  // 2 ms more than the way explains.
  EXPECT_FALSE(IsSane(*Make()));
  EXPECT_TRUE(IsSane(*Make({{"collector.ntp.local-offset-tolerance", "3ms"}})));
  server_.ahead = milliseconds(11);
  EXPECT_TRUE(IsSane(*Make()));
}

TEST_F(NtpTest, ToleratesADistanceUpToTheFlag) {
  // Half of 20 ms and 250 ms, and 125 ms.
  EXPECT_TRUE(IsSane(*Make({{"collector.ntp.max-distance", "260ms"}})));
  EXPECT_FALSE(IsSane(*Make({{"collector.ntp.max-distance", "259ms"}})));
}

TEST_F(NtpTest, IsNotSaneWithAServerThatIsNot) {
  server_.answer.stratum = 16;
  EXPECT_FALSE(IsSane(*Make()));
}

// 2026-11-23T01:02 by the clock: the leap second would come at midnight.
TEST_F(NtpTest, ToleratesALeapSecondThatIsSpreadOverTheDayAroundIt) {
  const auto ntp = Make();
  server_.ahead = milliseconds(900);
  EXPECT_FALSE(IsSane(*ntp)) << "nobody has announced one";
  server_.answer.leap = 1;
  EXPECT_TRUE(IsSane(*ntp));
  server_.answer.leap = 0;
  ntp->clock().Advance(hours(24));
  server_.answer.reference = NtpTime(kEpochOfTest + hours(23));
  EXPECT_TRUE(IsSane(*ntp)) << "an hour after midnight it is not announced any more";
  ntp->clock().Advance(hours(23));
  server_.answer.reference = NtpTime(kEpochOfTest + hours(46));
  EXPECT_FALSE(IsSane(*ntp)) << "a day after midnight";
}

TEST_F(NtpTest, SaysWhyThereIsNoAnswer) {
  const auto ntp = Make();
  server_.prepare = {ErrorCode::kIo, "no such server"};
  EXPECT_EQ(ntp->Run(), "");
  EXPECT_EQ(ntp->status(), server_.prepare);
  server_.prepare = {};
  server_.ask = {ErrorCode::kTimeout, "no answer"};
  EXPECT_EQ(ntp->Run(), "");
  EXPECT_EQ(ntp->status(), server_.ask);
  server_.ask = {};
  server_.answer.mode = 5;
  EXPECT_EQ(ntp->Run(), "");
  EXPECT_EQ(ntp->status().message(), "127.0.0.1: the answer is not a server's");
  server_.answer.mode = 4;
  EXPECT_THAT(ntp->Run(), HasSubstr("node_ntp_sanity 1\n")) << "it works again";
}

TEST_F(NtpTest, WarnsThatItIsDeprecated) {
  const auto ntp = Make();
  ntp->Run();
  EXPECT_THAT(ntp->Log(), HasSubstr("deprecated"));
}

TEST_F(NtpTest, RefusesFlagsOutOfTheirRange) {
  const auto error_of = [this](std::string_view flag, std::string_view value) {
    const std::string name = "collector.ntp." + std::string(flag);
    CollectorHarness ntp("ntp", host_, {{name, value}});
    EXPECT_EQ(ntp.Run(), "");
    EXPECT_EQ(ntp.status().code(), ErrorCode::kInvalid) << value;
    EXPECT_THAT(ntp.status().message(), HasSubstr("--" + name + ": must"));
  };
  for (const char* server :
       {"192.0.2.1", "localhost", "::2", "::ffff:192.0.2.1", "128.0.0.1", ""}) {
    error_of("server", server);
  }
  error_of("server-port", "0");
  error_of("server-port", "65536");
  error_of("protocol-version", "1");
  error_of("protocol-version", "5");
  error_of("ip-ttl", "-1");
  error_of("ip-ttl", "256");
}

TEST_F(NtpTest, TakesOtherServersWhereTheFlagVouchesForThem) {
  EXPECT_TRUE(IsSane(
      *Make({{"collector.ntp.server", "192.0.2.1"}, {"collector.ntp.server-is-local", "true"}})));
  for (const char* server : {"127.8.9.1", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(IsSane(*Make({{"collector.ntp.server", server}})));
  }
}

// A socket on a free port of the loopback interface that answers `answers` questions.
class LoopbackServer {
 public:
  explicit LoopbackServer(int family) : fd_(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage address{};
    socklen_t size = 0;
    if (family == AF_INET6) {
      auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
      v6.sin6_addr = in6addr_loopback;
      size = sizeof v6;
    } else {
      auto& v4 = reinterpret_cast<sockaddr_in&>(address);
      v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      size = sizeof v4;
    }
    address.ss_family = static_cast<sa_family_t>(family);
    bound_ = ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0;
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = std::to_string(ntohs(family == AF_INET6
                                     ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                     : reinterpret_cast<const sockaddr_in&>(address).sin_port));
    const timeval bound{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
  }
  ~LoopbackServer() { Join(); }

  bool bound() const { return bound_; }
  const std::string& port() const { return port_; }
  int ttl() const { return ttl_; }
  void Join() {
    if (thread_.joinable()) thread_.join();
  }

  // Answers one question, in a thread of its own.
  void AnswerOnce(NtpAnswer answer, std::size_t size = collectors::kNtpPacketBytes) {
    thread_ = std::thread([this, answer, size]() mutable {
      const int on = 1;
      ::setsockopt(fd_.get(), IPPROTO_IP, IP_RECVTTL, &on, sizeof on);
      collectors::NtpPacket question{};
      alignas(cmsghdr) std::array<char, 64> control{};
      sockaddr_storage from{};
      iovec data{.iov_base = question.data(), .iov_len = question.size()};
      msghdr message{};
      message.msg_name = &from;
      message.msg_namelen = sizeof from;
      message.msg_iov = &data;
      message.msg_iovlen = 1;
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      if (::recvmsg(fd_.get(), &message, 0) != static_cast<ssize_t>(question.size())) return;
      const cmsghdr* const first = CMSG_FIRSTHDR(&message);
      if (first != nullptr) std::memcpy(&ttl_, CMSG_DATA(first), sizeof ttl_);
      answer.origin = CookieOf(question);
      const auto packet = answer.bytes();
      ::sendto(fd_.get(), packet.data(), size, 0, reinterpret_cast<const sockaddr*>(&from),
               message.msg_namelen);
    });
  }

 private:
  UniqueFd fd_;
  bool bound_ = false;
  std::string port_;
  int ttl_ = 0;
  std::thread thread_;
};

class NtpUdpTest : public NtpTest {
 protected:
  NtpUdpTest() { server_.answer.receive = server_.answer.transmit = NtpTime(kEpochOfTest); }
};

TEST_F(NtpUdpTest, AsksARealServer) {
  LoopbackServer server(AF_INET);
  ASSERT_TRUE(server.bound());
  server.AnswerOnce(server_.answer);
  CollectorHarness ntp("ntp", host_, {{"collector.ntp.server-port", server.port()}});
  EXPECT_EQ(ntp.Run(),
            "node_ntp_leap 0\n"
            "node_ntp_offset_seconds -0.456\n"
            "node_ntp_reference_timestamp_seconds 1795395659\n"
            "node_ntp_root_delay_seconds 0.25\n"
            "node_ntp_root_dispersion_seconds 0.125\n"
            "node_ntp_rtt_seconds 0\n"
            "node_ntp_sanity 0\n"
            "node_ntp_stratum 2\n");
  EXPECT_EQ(ntp.status(), Status());
  server.Join();
  EXPECT_EQ(server.ttl(), 1) << "a question must not leave the host";
  server.AnswerOnce(server_.answer);
  EXPECT_THAT(ntp.Run(), HasSubstr("node_ntp_stratum 2\n")) << "again, from another port";
}

TEST_F(NtpUdpTest, SetsTheTimeToLiveOfTheFlag) {
  LoopbackServer server(AF_INET);
  ASSERT_TRUE(server.bound());
  server.AnswerOnce(server_.answer);
  CollectorHarness ntp(
      "ntp", host_, {{"collector.ntp.server-port", server.port()}, {"collector.ntp.ip-ttl", "7"}});
  ntp.Run();
  server.Join();
  EXPECT_EQ(server.ttl(), 7);
}

TEST_F(NtpUdpTest, LooksUpANameThatIsVouchedFor) {
  LoopbackServer server(AF_INET);
  ASSERT_TRUE(server.bound());
  server.AnswerOnce(server_.answer);
  // Not "localhost", which may be ::1 first.
  CollectorHarness ntp("ntp", host_,
                       {{"collector.ntp.server", "127.1"},
                        {"collector.ntp.server-is-local", "true"},
                        {"collector.ntp.server-port", server.port()}});
  EXPECT_THAT(ntp.Run(), HasSubstr("node_ntp_stratum 2\n"));
}

TEST_F(NtpUdpTest, AsksOverIpv6) {
  LoopbackServer server(AF_INET6);
  if (!server.bound()) GTEST_SKIP() << "no IPv6 here";
  server.AnswerOnce(server_.answer);
  CollectorHarness ntp(
      "ntp", host_,
      {{"collector.ntp.server", "::1"}, {"collector.ntp.server-port", server.port()}});
  EXPECT_THAT(ntp.Run(), HasSubstr("node_ntp_stratum 2\n"));
}

TEST_F(NtpUdpTest, RefusesAnAnswerThatIsTooShort) {
  LoopbackServer server(AF_INET);
  ASSERT_TRUE(server.bound());
  server.AnswerOnce(server_.answer, 20);
  CollectorHarness ntp("ntp", host_, {{"collector.ntp.server-port", server.port()}});
  EXPECT_EQ(ntp.Run(), "");
  EXPECT_EQ(ntp.status().message(), "127.0.0.1: the answer is too short");
}

TEST_F(NtpUdpTest, KnowsAtOnceThatNobodyListens) {
  std::string port;
  {
    LoopbackServer gone(AF_INET);
    port = gone.port();
  }
  CollectorHarness ntp("ntp", host_, {{"collector.ntp.server-port", port}});
  EXPECT_EQ(ntp.Run(), "");
  EXPECT_EQ(ntp.status().code(), ErrorCode::kIo);
  EXPECT_THAT(ntp.status().message(), HasSubstr("127.0.0.1: receive: Connection refused"));
}

TEST_F(NtpUdpTest, WaitsNoLongerThanASecondForAServerThatIsSilent) {
  LoopbackServer silent(AF_INET);
  CollectorHarness ntp("ntp", host_, {{"collector.ntp.server-port", silent.port()}});
  EXPECT_EQ(ntp.Run(), "");
  EXPECT_EQ(ntp.status().code(), ErrorCode::kTimeout);
  EXPECT_THAT(ntp.status().message(), HasSubstr("127.0.0.1: no answer in 1 s"));
}

TEST_F(NtpUdpTest, SaysWhichNameItCannotFind) {
  CollectorHarness ntp("ntp", host_,
                       {{"collector.ntp.server", "no host of this name"},
                        {"collector.ntp.server-is-local", "true"}});
  EXPECT_EQ(ntp.Run(), "");
  EXPECT_EQ(ntp.status().code(), ErrorCode::kIo);
  EXPECT_THAT(ntp.status().message(), HasSubstr("no host of this name: "));
}

}  // namespace
}  // namespace hostpulse
