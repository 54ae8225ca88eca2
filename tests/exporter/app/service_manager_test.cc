#include "exporter/service_manager.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "core/unique_fd.h"

namespace hostpulse {
namespace {

using testing::StartsWith;

// A service manager's end of the socket, abstract so that no file is left.
class ServiceManagerTest : public testing::Test {
 protected:
  ServiceManagerTest() : name_("@hostpulse-test-" + std::to_string(::getpid())) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name_.data() + 1, name_.size() - 1);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    socket_ = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);
    ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  }
  ~ServiceManagerTest() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }

  std::string Receive() const {
    std::array<char, 512> buffer;
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    return got < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(got));
  }

  const std::string name_;
  UniqueFd socket_;
};

TEST_F(ServiceManagerTest, TellsHowTheProgramFares) {
  const ServiceManager manager;
  manager.Ready("serving\nat :9100");
  EXPECT_EQ(Receive(), "READY=1\nSTATUS=serving at :9100");
  manager.Reloading();
  EXPECT_THAT(Receive(), StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  manager.Alive();
  EXPECT_EQ(Receive(), "WATCHDOG=1");
  manager.Stopping();
  EXPECT_EQ(Receive(), "STOPPING=1");
}

TEST_F(ServiceManagerTest, SaysNothingWhereNobodyListens) {
  ::unsetenv("NOTIFY_SOCKET");
  ServiceManager().Ready("x");
  ::setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
  ServiceManager().Ready("x");
  ::setenv("NOTIFY_SOCKET", std::string(200, 'x').c_str(), 1);
  ServiceManager().Ready("x");
  EXPECT_EQ(Receive(), "nothing");
}

TEST_F(ServiceManagerTest, TheWatchdogIsHeardTwiceInItsTime) {
  EXPECT_EQ(ServiceManager().watchdog_interval(), std::nullopt);
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(ServiceManager().watchdog_interval(), std::chrono::seconds(15));
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(ServiceManager().watchdog_interval(), std::chrono::seconds(15));
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(ServiceManager().watchdog_interval(), std::nullopt);
  ::unsetenv("WATCHDOG_PID");
  for (const char* bad : {"", "0", "soon", "-1"}) {
    ::setenv("WATCHDOG_USEC", bad, 1);
    EXPECT_EQ(ServiceManager().watchdog_interval(), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace hostpulse
