#include "collectors/logind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "collectors/kernel/scanner.h"
#include "tests/support/collector_harness.h"
#include "tests/support/fake_bus.h"

namespace hostpulse::collectors {

extern const CollectorSpec kLogindCollector;

namespace {

using testing::HasSubstr;

constexpr std::string_view kSession = "org.freedesktop.login1.Session";

std::string PathOf(std::string_view session) {
  return "/session/" + std::string(session);
}

class LogindTest : public ::testing::Test {
 protected:
  LogindTest() {
    AddSeat("seat0");
    logind_.MakeWith(
        [this](const CollectorContext& context) { return MakeLogind(context, bus_.bus()); });
  }

  void AddSeat(std::string_view name) {
    bus_.Row("ListSeats", {std::string(name), "/seat/" + std::string(name)});
  }
  void ListSession(std::string_view id, std::string_view seat) {
    bus_.Row("ListSessions", {std::string(id), std::uint64_t{1000}, std::string("alice"),
                              std::string(seat), PathOf(id)});
  }
  void AddSession(std::string_view id, std::string_view seat, bool remote, std::string_view type,
                  std::string_view session_class) {
    ListSession(id, seat);
    bus_.Property(PathOf(id), kSession, "Remote", remote);
    bus_.Property(PathOf(id), kSession, "Type", std::string(type));
    bus_.Property(PathOf(id), kSession, "Class", std::string(session_class));
  }

  // The samples that are not 0.
  std::string Sessions() {
    std::string found;
    kernel::LineScanner lines(samples_ = logind_.Run());
    for (std::string_view line; lines.Next(line);) {
      if (!line.ends_with(" 0")) found.append(line).append("\n");
    }
    return found;
  }

  HostTree host_;
  FakeBus bus_;
  CollectorHarness logind_{kLogindCollector, host_};
  std::string samples_;
};

TEST_F(LogindTest, CountsSessionsBySeatRemotenessTypeAndClass) {
  AddSession("1", "seat0", false, "wayland", "user");
  AddSession("2", "seat0", false, "tty", "user");
  AddSession("3", "", true, "tty", "user");
  AddSession("4", "", true, "tty", "user");
  AddSession("c1", "seat0", false, "x11", "greeter");
  EXPECT_EQ(
      Sessions(),
      "node_logind_sessions{class=\"greeter\",remote=\"false\",seat=\"seat0\",type=\"x11\"} 1\n"
      "node_logind_sessions{class=\"user\",remote=\"false\",seat=\"seat0\",type=\"tty\"} 1\n"
      "node_logind_sessions{class=\"user\",remote=\"false\",seat=\"seat0\",type=\"wayland\"} 1\n"
      "node_logind_sessions{class=\"user\",remote=\"true\",seat=\"\",type=\"tty\"} 2\n");
  EXPECT_EQ(logind_.status(), Status());
  EXPECT_FALSE(bus_.connected());
}

TEST_F(LogindTest, ReportsEveryCombinationForEachSeatAndForNone) {
  AddSeat("seat1");
  EXPECT_EQ(Sessions(), "");
  EXPECT_EQ(std::count(samples_.begin(), samples_.end(), '\n'), 3 * 2 * 7 * 5);
  for (const char* type : {"other", "unspecified", "tty", "x11", "wayland", "mir", "web"}) {
    for (const char* kind : {"other", "user", "greeter", "lock-screen", "background"}) {
      EXPECT_THAT(samples_,
                  HasSubstr("{class=\"" + std::string(kind) +
                            "\",remote=\"true\",seat=\"seat1\",type=\"" + type + "\"} 0\n"));
    }
  }
}

TEST_F(LogindTest, CallsWhatItDoesNotKnowOther) {
  AddSession("1", "seat0", false, "hologram", "manager");
  EXPECT_EQ(Sessions(),
            "node_logind_sessions{class=\"other\",remote=\"false\",seat=\"seat0\",type=\"other\"} "
            "1\n");
}

TEST_F(LogindTest, DoesNotCountASessionThatLeftOrWhoseSeatIsUnknown) {
  ListSession("1", "seat0");
  AddSession("2", "seat9", false, "tty", "user");
  EXPECT_EQ(Sessions(), "");
  EXPECT_EQ(logind_.status(), Status());
  EXPECT_THAT(logind_.Log(), HasSubstr("no such property"));
}

TEST_F(LogindTest, CountsAnewEachTime) {
  AddSession("1", "seat0", false, "tty", "user");
  AddSession("2", "seat0", false, "tty", "user");
  EXPECT_THAT(Sessions(), HasSubstr("} 2\n"));
  bus_.ForgetRows("ListSessions");
  AddSession("1", "seat0", false, "tty", "user");
  EXPECT_THAT(Sessions(), HasSubstr("} 1\n"));
  bus_.ForgetRows("ListSeats");
  EXPECT_EQ(Sessions(), "");
  EXPECT_EQ(std::count(samples_.begin(), samples_.end(), '\n'), 2 * 7 * 5);
}

TEST_F(LogindTest, ReportsNothingWhereItCouldNotCountAll) {
  AddSession("1", "seat0", false, "tty", "user");
  bus_.FailProperty(PathOf("1"), kSession, "Class", ErrorCode::kTimeout);
  EXPECT_EQ(logind_.Run(), "");
  EXPECT_EQ(logind_.status().code(), ErrorCode::kTimeout);
}

TEST_F(LogindTest, ReportsNothingWithoutLogind) {
  for (const char* method : {"ListSeats", "ListSessions"}) {
    bus_.FailMethod(method, {ErrorCode::kAbsent, "no such service"});
    EXPECT_EQ(logind_.Run(), "");
    EXPECT_EQ(logind_.status().code(), ErrorCode::kAbsent);
  }
}

TEST_F(LogindTest, ReportsNothingWithoutABus) {
  bus_.Refuse("system_bus_socket", {ErrorCode::kAbsent, "nothing listens"});
  EXPECT_EQ(logind_.Run(), "");
  EXPECT_EQ(logind_.status().code(), ErrorCode::kAbsent);
}

TEST_F(LogindTest, AllocatesNothingOnceWarm) {
  AddSession("1", "seat0", false, "wayland", "user");
  AddSession("a-session-with-a-long-name", "", true, "tty", "user");
  EXPECT_EQ(logind_.AllocationsOnceWarm(), 0U);
}

}  // namespace
}  // namespace hostpulse::collectors
