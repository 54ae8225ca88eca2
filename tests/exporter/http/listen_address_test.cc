#include "exporter/http/listen_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "exporter/http/listener.h"
#include "tests/exporter/http/http_client.h"
#include "tests/exporter/http/server_fixture.h"

namespace hostpulse::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(ListenAddressTest, TakesEveryFormThatIsInUse) {
  const auto parsed = [](std::string_view text) {
    auto address = ParseListenAddress(text);
    EXPECT_TRUE(address.ok()) << address.status().message();
    return address->host + "|" + std::to_string(address->port) + "|" + address->unix_path;
  };
  EXPECT_EQ(parsed(":9100"), "|9100|");
  EXPECT_EQ(parsed("127.0.0.1:0"), "127.0.0.1|0|");
  EXPECT_EQ(parsed("localhost:9100"), "localhost|9100|");
  EXPECT_EQ(parsed("[::1]:9100"), "::1|9100|");
  EXPECT_EQ(parsed("[0.0.0.0]:9100"), "0.0.0.0|9100|");
  EXPECT_EQ(parsed("[fe80::1%eth0]:9100"), "fe80::1%eth0|9100|");
  EXPECT_EQ(parsed("unix:///run/h.sock"), "|0|/run/h.sock");
}

TEST(ListenAddressTest, NamesWhatIsWrong) {
  for (const char* text :
       {"", "9100", "host", ":", ":http", ":-1", ":65536", ":9100 ", "::1:9100", "[::1:9100",
        "[]:9100", "a b:1", "unix://relative", "unix://", "vsock://:9100"}) {
    const auto address = ParseListenAddress(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_EQ(address.status().code(), ErrorCode::kInvalid);
    EXPECT_THAT(address.status().message(), HasSubstr("\"" + std::string(text) + "\""));
    EXPECT_THAT(address.status().message(), HasSubstr("accepted are"));
  }
  EXPECT_FALSE(ParseListenAddress("unix:///" + std::string(200, 'x')).ok());
}

bool HasIpv6() {
  const UniqueFd fd(::socket(AF_INET6, SOCK_STREAM, 0));
  const auto address = ParseListenAddress("[::1]:0");
  return fd && address.ok() && OpenListener(*address).ok();
}

class ListenerTest : public ServerTest {
 protected:
  void SetUp() override {
    AddRoute("/hello", {"GET"}, [this](const Request& request) {
      seen_ = request;
      Response response;
      response.body = "hi\n";
      return response;
    });
  }
  Request seen_;
};

TEST_F(ListenerTest, ServesIpv6) {
  if (!HasIpv6()) GTEST_SKIP() << "no IPv6 on this host";
  options_.listen = {"[::1]:0"};
  Start();
  EXPECT_THAT(address_, StartsWith("[::1]:"));
  EXPECT_EQ(BodyOf(Get(address_, "/hello")), "hi\n");
  EXPECT_EQ(seen_.peer, "::1");
  EXPECT_TRUE(seen_.peer_is_loopback);
}

TEST_F(ListenerTest, AnEmptyHostIsBothKinds) {
  options_.listen = {":0"};
  Start();
  const std::string port = address_.substr(address_.rfind(':'));
  EXPECT_EQ(BodyOf(Get("127.0.0.1" + port, "/hello")), "hi\n");
  EXPECT_EQ(seen_.peer, "127.0.0.1");
  if (!HasIpv6()) return;
  EXPECT_EQ(BodyOf(Get("[::1]" + port, "/hello")), "hi\n");
}

TEST_F(ListenerTest, ServesSeveralAddresses) {
  options_.listen = {"127.0.0.1:0", "localhost:0", "[127.0.0.1]:0"};
  ASSERT_NO_FATAL_FAILURE(Start()) << "is localhost in /etc/hosts?";
  ASSERT_EQ(server_->addresses().size(), 3u);
  for (const std::string& address : server_->addresses()) {
    EXPECT_EQ(BodyOf(Get(address, "/hello")), "hi\n") << address;
  }
}

class UnixListenerTest : public ListenerTest {
 protected:
  UnixListenerTest()
      : path_(testing::TempDir() + "hostpulse-" + std::to_string(::getpid()) + ".sock") {
    options_.listen = {"unix://" + path_};
  }
  const std::string path_;
};

TEST_F(UnixListenerTest, ServesAUnixSocketAndRemovesIt) {
  Start();
  EXPECT_EQ(address_, "unix://" + path_);
  EXPECT_EQ(BodyOf(Get(address_, "/hello")), "hi\n");
  EXPECT_EQ(seen_.peer, "unix");
  EXPECT_TRUE(seen_.peer_is_loopback);
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixListenerTest, ReplacesASocketThatNobodyServes) {
  Start();
  // A process that was killed leaves its file behind.
  std::filesystem::rename(path_, path_ + ".old");
  server_.reset();
  std::filesystem::rename(path_ + ".old", path_);
  Start();
  EXPECT_EQ(BodyOf(Get(address_, "/hello")), "hi\n");
}

TEST_F(UnixListenerTest, LeavesASocketAloneThatIsServed) {
  Start();
  auto second = HttpServer::Start(options_, {}, logs_.Get("http"));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), ErrorCode::kIo);
  EXPECT_EQ(BodyOf(Get(address_, "/hello")), "hi\n");
}

TEST_F(ListenerTest, NamesAnAddressInUse) {
  Start();
  options_.listen = {address_};
  const auto second = HttpServer::Start(options_, {}, logs_.Get("http"));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), ErrorCode::kIo);
  EXPECT_EQ(second.status().message(), "cannot listen on " + address_ + ": Address already in use");
}

TEST_F(ListenerTest, NamesAnAddressThatIsNone) {
  options_.listen = {"127.0.0.1:0", "nonsense"};
  const auto server = HttpServer::Start(options_, {}, logs_.Get("http"));
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.status().code(), ErrorCode::kInvalid);
}

// Takes the place of systemd: puts a socket where LISTEN_FDS says it is.
class SystemdListenerTest : public ListenerTest {
 protected:
  void HandOver(int fd, std::string_view pid, std::string_view count) {
    saved_ = UniqueFd(::dup(3));
    ASSERT_EQ(::dup2(fd, 3), 3);
    ::setenv("LISTEN_PID", std::string(pid).c_str(), 1);
    ::setenv("LISTEN_FDS", std::string(count).c_str(), 1);
    options_.systemd_socket = true;
  }
  void TearDown() override {
    server_.reset();
    if (saved_) {
      ::dup2(saved_.get(), 3);
    } else {
      ::close(3);
    }
    ::unsetenv("LISTEN_PID");
    ::unsetenv("LISTEN_FDS");
  }
  UniqueFd saved_;
};

TEST_F(SystemdListenerTest, ServesTheSocketsHandedOver) {
  auto listener = OpenListener(*ParseListenAddress("127.0.0.1:0"));
  ASSERT_TRUE(listener.ok());
  HandOver(listener->fd(), std::to_string(::getpid()), "1");
  Start();
  EXPECT_EQ(address_, listener->name());
  EXPECT_EQ(BodyOf(Get(address_, "/hello")), "hi\n");
}

TEST_F(SystemdListenerTest, SaysWhenThereAreNone) {
  HandOver(0, "1", "1");
  const auto server = HttpServer::Start(options_, {}, logs_.Get("http"));
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.status().message(), "no socket activation file descriptors found");
}

TEST_F(SystemdListenerTest, RefusesWhatDoesNotListen) {
  const UniqueFd plain(::socket(AF_INET, SOCK_STREAM, 0));
  HandOver(plain.get(), std::to_string(::getpid()), "1");
  const auto server = HttpServer::Start(options_, {}, logs_.Get("http"));
  ASSERT_FALSE(server.ok());
  EXPECT_THAT(server.status().message(), HasSubstr("no listening stream socket"));
}

}  // namespace
}  // namespace hostpulse::http
