#include "collectors/systemd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "collectors/systemd_unit.h"
#include "tests/support/collector_harness.h"
#include "tests/support/fake_bus.h"

namespace hostpulse::collectors {

extern const CollectorSpec kSystemdCollector;

namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kManagerPath = "/org/freedesktop/systemd1";
constexpr std::string_view kManager = "org.freedesktop.systemd1.Manager";
constexpr std::string_view kService = "org.freedesktop.systemd1.Service";
constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

std::string PathOf(std::string_view unit) {
  return "/unit/" + std::string(unit);
}

class SystemdTest : public ::testing::Test {
 protected:
  SystemdTest() {
    SetManager("Version", std::string("252.38-1~deb12u1"));
    SetManager("Virtualization", std::string("kvm"));
    SetManager("SystemState", std::string("running"));
    SetManager("UnitsLoadTimestampMonotonic", std::uint64_t{1'234'567});
  }

  void SetManager(std::string_view property, FakeBus::Owned value) {
    bus_.Property(kManagerPath, kManager, property, std::move(value));
  }
  void AddUnit(std::string_view name, std::string_view active_state,
               std::string_view load_state = "loaded") {
    bus_.Row("ListUnits", {std::string(name), std::string("A unit"), std::string(load_state),
                           std::string(active_state), std::string("sub"), std::string(),
                           PathOf(name), std::uint64_t{0}, std::string(), std::string("/")});
  }
  void Set(std::string_view unit, std::string_view interface, std::string_view property,
           FakeBus::Owned value) {
    bus_.Property(PathOf(unit), "org.freedesktop.systemd1." + std::string(interface), property,
                  std::move(value));
  }
  void AddService(std::string_view name, std::string_view type) {
    AddUnit(name, "active");
    Set(name, "Service", "Type", std::string(type));
  }

  CollectorHarness& Make(CollectorHarness::Flags flags = {}) {
    harness_.emplace(kSystemdCollector, host_, flags);
    harness_->MakeWith(
        [this](const CollectorContext& context) { return MakeSystemd(context, bus_.bus()); });
    return *harness_;
  }
  std::string Run(CollectorHarness::Flags flags = {}) { return Make(flags).Run(); }
  const Status& status() const { return harness_->status(); }

  HostTree host_;
  FakeBus bus_;
  std::optional<CollectorHarness> harness_;
};

TEST_F(SystemdTest, ReportsTheManagerAndUnitsByState) {
  AddUnit("a.path", "active");
  AddUnit("dev-sda.device", "active");
  AddUnit("gone.service", "inactive", "not-found");
  AddUnit("slow.target", "activating");
  AddUnit("odd.target", "reloading");
  EXPECT_EQ(Run({{"collector.systemd.unit-include", "none"}}),
            "node_systemd_system_running 1\n"
            "node_systemd_units{state=\"activating\"} 1\n"
            "node_systemd_units{state=\"active\"} 2\n"
            "node_systemd_units{state=\"deactivating\"} 0\n"
            "node_systemd_units{state=\"failed\"} 0\n"
            "node_systemd_units{state=\"inactive\"} 1\n"
            "node_systemd_units{state=\"reloading\"} 1\n"
            "node_systemd_version{version=\"252.38-1~deb12u1\"} 252.38\n"
            "node_systemd_virtualization_info{virtualization_type=\"kvm\"} 1\n");
  EXPECT_EQ(status(), Status());
  EXPECT_FALSE(bus_.connected());
}

TEST_F(SystemdTest, ReportsTheStateOfEachUnitWithTheTypeOfServices) {
  AddUnit("cron.service", "failed");
  Set("cron.service", "Service", "Type", std::string("simple"));
  AddUnit("basic.target", "active");
  const std::string samples = Run();
  for (const char* line :
       {"node_systemd_unit_state{name=\"basic.target\",state=\"active\",type=\"\"} 1\n",
        "node_systemd_unit_state{name=\"basic.target\",state=\"failed\",type=\"\"} 0\n",
        "node_systemd_unit_state{name=\"cron.service\",state=\"activating\",type=\"simple\"} 0\n",
        "node_systemd_unit_state{name=\"cron.service\",state=\"active\",type=\"simple\"} 0\n",
        "node_systemd_unit_state{name=\"cron.service\",state=\"deactivating\",type=\"simple\"} 0\n",
        "node_systemd_unit_state{name=\"cron.service\",state=\"failed\",type=\"simple\"} 1\n",
        "node_systemd_unit_state{name=\"cron.service\",state=\"inactive\",type=\"simple\"} 0\n"}) {
    EXPECT_THAT(samples, HasSubstr(line));
  }
}

TEST_F(SystemdTest, ReportsTimersAndSockets) {
  AddUnit("apt-daily.timer", "active");
  Set("apt-daily.timer", "Timer", "LastTriggerUSec", std::uint64_t{1'700'000'000'250'000});
  AddUnit("dbus.socket", "active");
  Set("dbus.socket", "Socket", "NAccepted", std::uint64_t{17});
  Set("dbus.socket", "Socket", "NConnections", std::uint64_t{3});
  Set("dbus.socket", "Socket", "NRefused", std::uint64_t{2});
  const std::string samples = Run();
  for (const char* line :
       {"node_systemd_timer_last_trigger_seconds{name=\"apt-daily.timer\"} 1700000000.25\n",
        "node_systemd_socket_accepted_connections_total{name=\"dbus.socket\"} 17\n",
        "node_systemd_socket_current_connections{name=\"dbus.socket\"} 3\n",
        "node_systemd_socket_refused_connections_total{name=\"dbus.socket\"} 2\n"}) {
    EXPECT_THAT(samples, HasSubstr(line));
  }
}

TEST_F(SystemdTest, ReportsTasksRestartsAndStartTimesWhereAskedTo) {
  AddService("cron.service", "simple");
  Set("cron.service", "Service", "NRestarts", std::uint64_t{4});
  Set("cron.service", "Service", "TasksCurrent", std::uint64_t{2});
  Set("cron.service", "Service", "TasksMax", std::uint64_t{4915});
  Set("cron.service", "Unit", "ActiveEnterTimestamp", std::uint64_t{1'600'000'000'500'000});
  AddUnit("down.target", "inactive");
  EXPECT_THAT(Run(), Not(HasSubstr("tasks")));
  EXPECT_EQ(bus_.asked("NRestarts") + bus_.asked("TasksMax") + bus_.asked("ActiveEnterTimestamp"),
            0);

  const std::string samples = Run({{"collector.systemd.enable-task-metrics", "true"},
                                   {"collector.systemd.enable-restarts-metrics", "true"},
                                   {"collector.systemd.enable-start-time-metrics", "true"}});
  for (const char* line :
       {"node_systemd_service_restart_total{name=\"cron.service\"} 4\n",
        "node_systemd_unit_tasks_current{name=\"cron.service\"} 2\n",
        "node_systemd_unit_tasks_max{name=\"cron.service\"} 4915\n",
        "node_systemd_unit_start_time_seconds{name=\"cron.service\"} 1600000000.5\n",
        "node_systemd_unit_start_time_seconds{name=\"down.target\"} 0\n"}) {
    EXPECT_THAT(samples, HasSubstr(line));
  }
}

TEST_F(SystemdTest, LeavesOutTasksThatHaveNoNumberAndNoLimit) {
  AddService("cron.service", "simple");
  Set("cron.service", "Service", "TasksCurrent", kNone);
  Set("cron.service", "Service", "TasksMax", kNone);
  EXPECT_THAT(Run({{"collector.systemd.enable-task-metrics", "true"}}), Not(HasSubstr("tasks")));
  EXPECT_EQ(status(), Status());
}

TEST_F(SystemdTest, LeavesOutUnitsThatAreNotLoadedOrNotWanted) {
  AddUnit("a.target", "active");
  AddUnit("gone.target", "inactive", "not-found");
  AddUnit("home.mount", "active");
  AddUnit("user.slice", "active");
  const std::string samples = Run();
  EXPECT_THAT(samples, HasSubstr("a.target"));
  for (const char* name : {"gone.target", "home.mount", "user.slice"}) {
    EXPECT_THAT(samples, Not(HasSubstr(name)));
  }
}

TEST_F(SystemdTest, MatchesWholeNamesOnly) {
  AddUnit("a.target", "active");
  AddUnit("aa.target", "active");
  AddUnit("b.target", "active");
  const std::string samples = Run({{"collector.systemd.unit-include", "a.target|b.target"},
                                   {"collector.systemd.unit-exclude", "b"}});
  EXPECT_THAT(samples, HasSubstr("name=\"a.target\""));
  EXPECT_THAT(samples, HasSubstr("name=\"b.target\""));
  EXPECT_THAT(samples, Not(HasSubstr("name=\"aa.target\"")));
}

TEST_F(SystemdTest, AsksForTheTypeOfAMountEachTime) {
  AddUnit("home.mount", "active");
  Set("home.mount", "Mount", "Type", std::string("ext4"));
  CollectorHarness& systemd = Make({{"collector.systemd.unit-exclude", ""}});
  EXPECT_THAT(systemd.Run(), HasSubstr("type=\"ext4\"} 1\n"));
  Set("home.mount", "Mount", "Type", std::string("xfs"));
  EXPECT_THAT(systemd.Run(), HasSubstr("type=\"xfs\"} 1\n"));
}

TEST_F(SystemdTest, AsksForTheTypeOfAServiceOnceUntilUnitFilesAreLoadedAgain) {
  AddService("cron.service", "simple");
  CollectorHarness& systemd = Make();
  systemd.Run();
  systemd.Run();
  EXPECT_EQ(bus_.asked("Type"), 1);

  Set("cron.service", "Service", "Type", std::string("notify"));
  SetManager("UnitsLoadTimestampMonotonic", std::uint64_t{2'345'678});
  EXPECT_THAT(systemd.Run(), HasSubstr("type=\"notify\"} 1\n"));
  EXPECT_EQ(bus_.asked("Type"), 2);
}

TEST_F(SystemdTest, AsksForTypesEachTimeWhereSystemdDoesNotTellWhenItLoadsUnitFiles) {
  AddService("cron.service", "simple");
  bus_.FailProperty(kManagerPath, kManager, "UnitsLoadTimestampMonotonic", ErrorCode::kAbsent);
  CollectorHarness& systemd = Make();
  systemd.Run();
  systemd.Run();
  EXPECT_EQ(bus_.asked("Type"), 2);
}

TEST_F(SystemdTest, ForgetsUnitsThatLeft) {
  AddService("a.service", "simple");
  AddService("b.service", "simple");
  CollectorHarness& systemd = Make();
  EXPECT_THAT(systemd.Run(), HasSubstr("b.service"));
  bus_.ForgetRows("ListUnits");
  AddService("a.service", "simple");
  const std::string samples = systemd.Run();
  EXPECT_THAT(samples, HasSubstr("a.service"));
  EXPECT_THAT(samples, Not(HasSubstr("b.service")));
  EXPECT_THAT(samples, HasSubstr("node_systemd_units{state=\"active\"} 1\n"));
}

TEST_F(SystemdTest, LeavesOutWhatAUnitDoesNotHave) {
  AddUnit("a.service", "active");
  AddUnit("a.socket", "active");
  Set("a.socket", "Socket", "NAccepted", std::uint64_t{1});
  Set("a.socket", "Socket", "NConnections", std::uint64_t{1});  // No NRefused before systemd 239.
  AddUnit("a.timer", "active");
  const std::string samples = Run({{"collector.systemd.enable-restarts-metrics", "true"}});
  EXPECT_EQ(status(), Status());
  EXPECT_THAT(samples, HasSubstr("name=\"a.service\",state=\"active\",type=\"\"} 1\n"));
  EXPECT_THAT(samples, HasSubstr("node_systemd_socket_current_connections{name=\"a.socket\"} 1\n"));
  EXPECT_THAT(samples, Not(HasSubstr("refused")));
  EXPECT_THAT(samples, Not(HasSubstr("trigger")));
  EXPECT_THAT(samples, Not(HasSubstr("restart")));
}

TEST_F(SystemdTest, AsksNothingMoreAfterATimeout) {
  AddService("a.service", "simple");
  AddService("b.service", "simple");
  AddService("c.service", "simple");
  bus_.FailProperty(PathOf("b.service"), kService, "Type", ErrorCode::kTimeout);
  const std::string samples = Run();
  EXPECT_EQ(status().code(), ErrorCode::kTimeout);
  EXPECT_EQ(bus_.asked("Type"), 2);
  EXPECT_THAT(samples, HasSubstr("a.service"));
  EXPECT_THAT(samples, Not(HasSubstr("b.service")));
  EXPECT_THAT(samples, Not(HasSubstr("c.service")));
}

TEST_F(SystemdTest, GoesOnAfterAFailedUnitAndReportsIt) {
  AddService("a.service", "simple");
  AddService("b.service", "simple");
  bus_.FailProperty(PathOf("a.service"), kService, "Type", ErrorCode::kIo);
  const std::string samples = Run();
  EXPECT_EQ(status().code(), ErrorCode::kIo);
  EXPECT_THAT(samples, HasSubstr("b.service"));
  EXPECT_THAT(samples, Not(HasSubstr("a.service")));
}

TEST_F(SystemdTest, SaysWhichPropertyIsOfAnotherType) {
  AddUnit("a.timer", "active");
  Set("a.timer", "Timer", "LastTriggerUSec", std::string("soon"));
  EXPECT_THAT(Run(), Not(HasSubstr("trigger")));
  EXPECT_EQ(status().code(), ErrorCode::kParse);
  EXPECT_THAT(status().message(), HasSubstr("Timer.LastTriggerUSec"));
}

TEST_F(SystemdTest, KeepsToWhatAnOldSystemdHas) {
  SetManager("Version", std::string("systemd 208"));
  AddUnit("a.timer", "active");
  Set("a.timer", "Timer", "LastTriggerUSec", std::uint64_t{1});
  const std::string samples = Run();
  EXPECT_THAT(samples, HasSubstr("node_systemd_version{version=\"systemd 208\"} 208\n"));
  EXPECT_THAT(samples, Not(HasSubstr("system_running")));
  EXPECT_THAT(samples, Not(HasSubstr("trigger")));
}

TEST_F(SystemdTest, CopesWithAManagerThatTellsLittle) {
  for (const char* property : {"Version", "Virtualization"}) {
    bus_.FailProperty(kManagerPath, kManager, property, ErrorCode::kAbsent);
  }
  const std::string samples = Run();
  EXPECT_THAT(samples, HasSubstr("node_systemd_version{version=\"\"} 0\n"));
  EXPECT_THAT(samples, HasSubstr("virtualization_type=\"unknown\"} 1\n"));
  EXPECT_EQ(status(), Status());
}

TEST_F(SystemdTest, ReportsBareMetalAndADegradedSystem) {
  SetManager("Virtualization", std::string());
  SetManager("SystemState", std::string("degraded"));
  const std::string samples = Run();
  EXPECT_THAT(samples, HasSubstr("virtualization_type=\"none\"} 1\n"));
  EXPECT_THAT(samples, HasSubstr("node_systemd_system_running 0\n"));
}

TEST_F(SystemdTest, ReportsUnitsThoughTheSystemStateIsRefused) {
  AddUnit("a.target", "active");
  bus_.FailProperty(kManagerPath, kManager, "SystemState", ErrorCode::kPermission);
  EXPECT_THAT(Run(), HasSubstr("a.target"));
  EXPECT_EQ(status().code(), ErrorCode::kPermission);
}

TEST_F(SystemdTest, ReportsNothingWhereUnitsAreNotListed) {
  bus_.FailMethod("ListUnits", {ErrorCode::kAbsent, "no such service"});
  EXPECT_EQ(Run(), "");
  EXPECT_EQ(status().code(), ErrorCode::kAbsent);
  EXPECT_FALSE(bus_.connected());
}

TEST_F(SystemdTest, GoesToThePrivateSocketWhereToldTo) {
  Run({{"collector.systemd.private", "true"}});
  ASSERT_EQ(bus_.connections().size(), 1U);
  EXPECT_THAT(bus_.connections()[0], HasSubstr("root/run/systemd/private"));
}

TEST_F(SystemdTest, FallsBackToThePrivateSocketForRootOnly) {
  bus_.Refuse("system_bus_socket", {ErrorCode::kAbsent, "nothing listens"});
  const bool root = ::geteuid() == 0;
  EXPECT_EQ(Run().empty(), !root);
  EXPECT_EQ(status().code(), root ? ErrorCode::kOk : ErrorCode::kAbsent);
}

TEST_F(SystemdTest, TellsWhyTheSystemBusIsNotReachedWhereTheFallbackFailsToo) {
  bus_.Refuse("system_bus_socket", {ErrorCode::kPermission, "the bus says no"});
  bus_.Refuse("private", {ErrorCode::kAbsent, "nothing listens"});
  EXPECT_EQ(Run(), "");
  EXPECT_EQ(status(), Status(ErrorCode::kPermission, "the bus says no"));
}

TEST_F(SystemdTest, TellsThatLibsystemdIsMissing) {
  harness_.emplace(kSystemdCollector, host_);
  harness_->MakeWith([](const CollectorContext& context) {
    return MakeSystemd(context, Status(ErrorCode::kIo, "cannot load libsystemd"));
  });
  EXPECT_EQ(harness_->Run(), "");
  EXPECT_EQ(status(), Status(ErrorCode::kIo, "cannot load libsystemd"));
}

TEST_F(SystemdTest, RefusesAnExpressionThatCannotBeAnchored) {
  EXPECT_EQ(Run({{"collector.systemd.unit-include", "\\Qcron"}}), "");
  EXPECT_EQ(status().code(), ErrorCode::kInvalid);
  EXPECT_THAT(status().message(), HasSubstr("collector.systemd.unit-include"));
}

TEST_F(SystemdTest, AllocatesNothingOnceWarm) {
  AddService("a-service-with-quite-a-long-name.service", "oneshot");
  AddUnit("a.timer", "active");
  Set("a.timer", "Timer", "LastTriggerUSec", std::uint64_t{1});
  AddUnit("a.socket", "active");
  for (const char* property : {"NAccepted", "NConnections", "NRefused"}) {
    Set("a.socket", "Socket", property, std::uint64_t{1});
  }
  AddUnit("odd.target", "reloading");
  EXPECT_EQ(Make().AllocationsOnceWarm(), 0U);
}

TEST(SystemdVersionTest, IsTheFirstNumberOfThreeDigits) {
  EXPECT_EQ(ParseSystemdVersion("252"), 252);
  EXPECT_EQ(ParseSystemdVersion("252.38-1~deb12u1"), 252.38);
  EXPECT_EQ(ParseSystemdVersion("v255-rc1"), 255);
  EXPECT_EQ(ParseSystemdVersion("12.34 239.1.7"), 239.1);
  EXPECT_EQ(ParseSystemdVersion("256."), 256);
  EXPECT_EQ(ParseSystemdVersion("99"), 0);
  EXPECT_EQ(ParseSystemdVersion("rolling"), 0);
  EXPECT_EQ(ParseSystemdVersion(""), 0);
}

}  // namespace
}  // namespace hostpulse::collectors
