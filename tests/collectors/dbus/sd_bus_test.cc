// libsystemd against a dbus-daemon of the test's own and a scripted service.

#include "collectors/dbus/sd_bus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/collector_harness.h"
#include "tests/support/private_bus.h"

namespace hostpulse::collectors::dbus {
namespace {

using test::PrivateBus;
using test::ScriptedService;
using test::ServiceScript;
using testing::HasSubstr;

constexpr std::chrono::seconds kPatience(10);
constexpr const char* kName = "org.example.Service";
constexpr Object kObject = {kName, "/object", "org.example.Interface"};

class SdBusTest : public ::testing::Test {
 protected:
  SdBusTest() {
    ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    auto made = MakeSdBus(clock_);
    EXPECT_EQ(made.status(), Status());
    bus_ = std::move(made).value();
  }

  void SetUp() override {
    if (!daemon_.running()) GTEST_SKIP() << "no dbus-daemon (Debian: package dbus-daemon)";
  }

  void Set(const char* name, ServiceScript::Value value) {
    script_.properties[{kObject.path, kObject.interface, name}] = std::move(value);
  }
  void Set(const char* path, const char* interface, const char* name, ServiceScript::Value value) {
    script_.properties[{path, interface, name}] = std::move(value);
  }
  Status Connect(std::chrono::nanoseconds time = kPatience) {
    return bus_->Connect(SystemBus(host_.paths()), time);
  }

  SystemClock clock_;
  HostTree host_;
  const std::string socket_ = host_.paths().Root("/run/dbus/system_bus_socket");
  PrivateBus daemon_{host_.Path("root"), socket_};
  ServiceScript script_;
  std::unique_ptr<Bus> bus_;
};

TEST_F(SdBusTest, ReadsPropertiesOfEveryType) {
  Set("Text", std::string("hello"));
  Set("Flag", true);
  Set("Small", std::uint32_t{7});
  Set("Large", std::uint64_t{1} << 63);
  const ScriptedService service(script_, socket_, kName);
  ASSERT_EQ(Connect(), Status());
  EXPECT_EQ(*bus_->GetText(kObject, "Text"), "hello");
  EXPECT_EQ(*bus_->GetBool(kObject, "Flag"), true);
  EXPECT_EQ(*bus_->GetNumber(kObject, "Small"), 7U);
  EXPECT_EQ(*bus_->GetNumber(kObject, "Large"), std::uint64_t{1} << 63);
}

TEST_F(SdBusTest, TellsWhatIsNotThere) {
  const ScriptedService service(script_, socket_, kName);
  ASSERT_EQ(Connect(), Status());
  const auto missing = bus_->Get(kObject, "Missing");
  EXPECT_EQ(missing.status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(missing.status().message(), HasSubstr("org.example.Interface.Missing of /object"));
  const Object other = {"org.example.Nobody", "/object", kObject.interface};
  EXPECT_EQ(bus_->Get(other, "Text").status().code(), ErrorCode::kAbsent);
}

TEST_F(SdBusTest, RefusesValuesOfOtherTypes) {
  Set("Text", std::string("hello"));
  Set("Signed", std::int32_t{-1});
  const ScriptedService service(script_, socket_, kName);
  ASSERT_EQ(Connect(), Status());
  EXPECT_EQ(bus_->GetNumber(kObject, "Text").status().code(), ErrorCode::kParse);
  EXPECT_EQ(bus_->Get(kObject, "Signed").status().code(), ErrorCode::kParse);
}

TEST_F(SdBusTest, ListsRows) {
  script_.methods["List"] = {"sou", {{"a", "/a", "1"}, {"b", "/b", "2"}}};
  script_.methods["Nothing"] = {"sou", {}};
  const ScriptedService service(script_, socket_, kName);
  ASSERT_EQ(Connect(), Status());
  std::string rows;
  const auto visit = [&rows](std::span<const Value> row) {
    ASSERT_EQ(row.size(), 3U);
    rows.append(std::get<std::string_view>(row[0])).append(std::get<std::string_view>(row[1]));
    rows.append(std::to_string(std::get<std::uint64_t>(row[2]))).append(";");
  };
  EXPECT_EQ(bus_->List(kObject, "List", "a(sou)", visit), Status());
  EXPECT_EQ(rows, "a/a1;b/b2;");
  EXPECT_EQ(bus_->List(kObject, "Nothing", "a(sou)", visit), Status());
  EXPECT_EQ(bus_->List(kObject, "List", "a(so)", visit).code(), ErrorCode::kParse);
  EXPECT_EQ(rows, "a/a1;b/b2;");
}

TEST_F(SdBusTest, TellsTheErrorsOfAService) {
  script_.errors["Denied"] = "org.freedesktop.DBus.Error.AccessDenied";
  script_.errors["Gone"] = "org.freedesktop.systemd1.NoSuchUnit";
  script_.errors["Broken"] = "org.freedesktop.DBus.Error.Failed";
  const ScriptedService service(script_, socket_, kName);
  ASSERT_EQ(Connect(), Status());
  const auto code = [this](const char* method) {
    return bus_->List(kObject, method, "a(s)", [](std::span<const Value>) {}).code();
  };
  EXPECT_EQ(code("Denied"), ErrorCode::kPermission);
  EXPECT_EQ(code("Gone"), ErrorCode::kAbsent);
  EXPECT_EQ(code("Broken"), ErrorCode::kIo);
  EXPECT_EQ(code("NoSuchMethod"), ErrorCode::kAbsent);
}

TEST_F(SdBusTest, WaitsNoLongerThanTold) {
  Set("Silent", ServiceScript::Silence());
  Set("Text", std::string("hello"));
  const ScriptedService service(script_, socket_, kName);
  ASSERT_EQ(Connect(std::chrono::milliseconds(100)), Status());
  EXPECT_EQ(bus_->Get(kObject, "Silent").status().code(), ErrorCode::kTimeout);
  // The time is used up: it does not even ask.
  EXPECT_EQ(bus_->Get(kObject, "Text").status().code(), ErrorCode::kTimeout);
}

TEST_F(SdBusTest, ConnectsAgainAfterTheServiceCameBack) {
  Set("Text", std::string("hello"));
  for (int i = 0; i < 2; ++i) {
    const ScriptedService service(script_, socket_, kName);
    ASSERT_EQ(Connect(), Status());
    EXPECT_EQ(*bus_->GetText(kObject, "Text"), "hello");
    bus_->Disconnect();
    EXPECT_EQ(bus_->Get(kObject, "Text").status().code(), ErrorCode::kIo);
  }
}

TEST_F(SdBusTest, TellsThatNobodyListens) {
  const Address nowhere = {.text = "unix:path=" + host_.Path("root/nothing")};
  const Status status = bus_->Connect(nowhere, kPatience);
  EXPECT_EQ(status.code(), ErrorCode::kAbsent);
  EXPECT_THAT(status.message(), HasSubstr("root/nothing"));
  EXPECT_FALSE(bus_->Connect({.text = "not an address"}, kPatience).ok());
}

TEST_F(SdBusTest, DoesNotWaitForAGreetingForEver) {
  const std::string socket = host_.Path("root/mute");
  const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket.data(), socket.size());
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  const Status status =
      bus_->Connect({.text = "unix:path=" + socket}, std::chrono::milliseconds(30));
  EXPECT_EQ(status.code(), ErrorCode::kTimeout);
}

// systemd as far as its collector looks at it.
class SystemdOnBusTest : public SdBusTest {
 protected:
  SystemdOnBusTest() {
    constexpr const char* kManagerPath = "/org/freedesktop/systemd1";
    constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
    Set(kManagerPath, kManager, "Version", std::string("252.38-1~deb12u1"));
    Set(kManagerPath, kManager, "Virtualization", std::string("kvm"));
    Set(kManagerPath, kManager, "SystemState", std::string("degraded"));
    Set(kManagerPath, kManager, "UnitsLoadTimestampMonotonic", std::uint64_t{9});
    script_.methods["ListUnits"] = {
        "ssssssouso",
        {{"cron.service", "Cron", "loaded", "active", "running", "", "/cron", "0", "", "/"},
         {"dbus.socket", "D-Bus", "loaded", "active", "running", "", "/dbus", "0", "", "/"}}};
    Set("/cron", "org.freedesktop.systemd1.Service", "Type", std::string("simple"));
    Set("/cron", "org.freedesktop.systemd1.Service", "NRestarts", std::uint32_t{3});
    Set("/dbus", "org.freedesktop.systemd1.Socket", "NAccepted", std::uint32_t{4});
    Set("/dbus", "org.freedesktop.systemd1.Socket", "NConnections", std::uint32_t{5});
    Set("/dbus", "org.freedesktop.systemd1.Socket", "NRefused", std::uint32_t{6});
  }

  static void ExpectAll(CollectorHarness& systemd) {
    const std::string samples = systemd.Run();
    EXPECT_EQ(systemd.status(), Status());
    for (const char* line :
         {"node_systemd_service_restart_total{name=\"cron.service\"} 3\n",
          "node_systemd_socket_accepted_connections_total{name=\"dbus.socket\"} 4\n",
          "node_systemd_socket_current_connections{name=\"dbus.socket\"} 5\n",
          "node_systemd_socket_refused_connections_total{name=\"dbus.socket\"} 6\n",
          "node_systemd_system_running 0\n",
          "node_systemd_unit_state{name=\"cron.service\",state=\"active\",type=\"simple\"} 1\n",
          "node_systemd_units{state=\"active\"} 2\n",
          "node_systemd_version{version=\"252.38-1~deb12u1\"} 252.38\n",
          "node_systemd_virtualization_info{virtualization_type=\"kvm\"} 1\n"}) {
      EXPECT_THAT(samples, HasSubstr(line));
    }
  }
};

TEST_F(SystemdOnBusTest, IsCollectedOverTheSystemBus) {
  const ScriptedService service(script_, socket_, "org.freedesktop.systemd1");
  CollectorHarness systemd("systemd", host_,
                           {{"collector.systemd.enable-restarts-metrics", "true"}});
  ExpectAll(systemd);
  ExpectAll(systemd);
  EXPECT_EQ(systemd.AllocationsOnceWarm(), 0U);  // Of ours: libsystemd's own are in C.
}

TEST_F(SystemdOnBusTest, IsCollectedOverItsPrivateSocket) {
  const ScriptedService service(script_, host_.paths().Root("/run/systemd/private"));
  CollectorHarness systemd("systemd", host_,
                           {{"collector.systemd.private", "true"},
                            {"collector.systemd.enable-restarts-metrics", "true"}});
  ExpectAll(systemd);
}

TEST_F(SdBusTest, CollectsLoginSessions) {
  script_.methods["ListSeats"] = {"so", {{"seat0", "/seat0"}}};
  script_.methods["ListSessions"] = {"susso", {{"7", "1000", "alice", "seat0", "/s7"}}};
  constexpr const char* kSession = "org.freedesktop.login1.Session";
  Set("/s7", kSession, "Remote", false);
  Set("/s7", kSession, "Type", std::string("tty"));
  Set("/s7", kSession, "Class", std::string("user"));
  const ScriptedService service(script_, socket_, "org.freedesktop.login1");
  CollectorHarness logind("logind", host_);
  EXPECT_THAT(logind.Run(),
              HasSubstr("node_logind_sessions{class=\"user\",remote=\"false\",seat=\"seat0\","
                        "type=\"tty\"} 1\n"));
  EXPECT_EQ(logind.status(), Status());
}

}  // namespace
}  // namespace hostpulse::collectors::dbus
