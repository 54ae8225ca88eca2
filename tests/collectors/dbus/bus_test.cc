#include "collectors/dbus/bus.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace hostpulse::collectors::dbus {
namespace {

class BusAddressTest : public ::testing::Test {
 protected:
  BusAddressTest() { ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS"); }
  ~BusAddressTest() override { ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS"); }
};

TEST_F(BusAddressTest, IsTheUsualSocket) {
  EXPECT_EQ(SystemBus({}).text, "unix:path=/run/dbus/system_bus_socket");
  EXPECT_FALSE(SystemBus({}).direct);
  EXPECT_EQ(SystemdPrivate({}).text, "unix:path=/run/systemd/private");
  EXPECT_TRUE(SystemdPrivate({}).direct);
}

TEST_F(BusAddressTest, IsBelowTheRootOfTheHostFirst) {
  HostPaths paths;
  paths.rootfs = "/host/";
  EXPECT_EQ(SystemBus(paths).text,
            "unix:path=/host/run/dbus/system_bus_socket;unix:path=/run/dbus/system_bus_socket");
  EXPECT_EQ(SystemdPrivate(paths).text,
            "unix:path=/host/run/systemd/private;unix:path=/run/systemd/private");
}

TEST_F(BusAddressTest, EscapesWhatWouldEndThePath) {
  HostPaths paths;
  paths.rootfs = "/a,b;c d\xff";
  EXPECT_TRUE(SystemBus(paths).text.starts_with("unix:path=/a%2cb%3bc%20d%ff/run/dbus/"));
}

TEST_F(BusAddressTest, IsThatOfTheEnvironmentWhereItIsSet) {
  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/elsewhere", 1);
  EXPECT_EQ(SystemBus({}).text, "unix:path=/elsewhere");
  EXPECT_EQ(SystemdPrivate({}).text, "unix:path=/run/systemd/private");
  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "", 1);
  EXPECT_EQ(SystemBus({}).text, "unix:path=/run/dbus/system_bus_socket");
}

}  // namespace
}  // namespace hostpulse::collectors::dbus
