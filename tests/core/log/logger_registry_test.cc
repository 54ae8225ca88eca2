#include "core/log/logger_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/log_capture.h"

namespace hostpulse {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class LoggerRegistryTest : public testing::Test {
 protected:
  void Set(std::string_view name, std::optional<LogLevel> level,
           std::optional<std::chrono::nanoseconds> lifetime = std::nullopt) {
    const Status status = registry_.Set(name, level, lifetime, "192.0.2.7");
    EXPECT_TRUE(status.ok()) << status.message();
  }
  LoggerState State(std::string_view name) {
    const Result<LoggerState> state = registry_.State(name);
    EXPECT_TRUE(state.ok()) << state.status().message();
    return state.ok() ? *state : LoggerState{};
  }
  std::string Level(std::string_view name) {
    return std::string(LogLevelName(State(name).effective));
  }

  FakeClock clock_;
  LogCapture log_;
  LoggerRegistry registry_{{.level = LogLevel::kInfo, .fd = log_.fd()}, clock_};
};

TEST_F(LoggerRegistryTest, WritesOneLineWithTimeLevelAndName) {
  registry_.Get("collector.cpu").Warn("File is cut off", {{"path", "/proc/stat"}});
  EXPECT_EQ(log_.Take(),
            "time=2026-11-23T01:02:03.456Z level=WARN logger=collector.cpu msg=\"File is cut off\" "
            "path=/proc/stat\n");
}

TEST_F(LoggerRegistryTest, WritesJson) {
  LoggerRegistry registry({.format = LogFormat::kJson, .fd = log_.fd()}, clock_);
  registry.Get("http").Info("Listening", {{"port", 9100}});
  EXPECT_EQ(log_.Take(),
            "{\"time\":\"2026-11-23T01:02:03.456Z\",\"level\":\"INFO\",\"logger\":\"http\","
            "\"msg\":\"Listening\",\"port\":9100}\n");
}

TEST_F(LoggerRegistryTest, HasOneLoggerOfAName) {
  Logger& cpu = registry_.Get("collector.cpu");
  EXPECT_EQ(&cpu, &registry_.Get("collector.cpu"));
  EXPECT_EQ(cpu.name(), "collector.cpu");
  EXPECT_EQ(&registry_.Get("ROOT"), &registry_.root());
  EXPECT_EQ(&registry_.Get(""), &registry_.root());
}

TEST_F(LoggerRegistryTest, MakesThePrefixesToo) {
  registry_.Get("push.primary.send");
  std::vector<std::string> names;
  for (const LoggerState& state : registry_.States()) names.push_back(state.name);
  EXPECT_THAT(names, ElementsAre("ROOT", "push", "push.primary", "push.primary.send"));
}

TEST_F(LoggerRegistryTest, TakesOddNames) {
  for (const char* name : {".", "..", "a.", ".a", "a..b", "caf\u00e9 \xff", "root"}) {
    EXPECT_EQ(registry_.Get(name).name(), name);
    Set(name, LogLevel::kDebug);
    EXPECT_TRUE(registry_.Get(name).Enabled(LogLevel::kDebug)) << name;
  }
  EXPECT_FALSE(registry_.root().Enabled(LogLevel::kDebug));
}

TEST_F(LoggerRegistryTest, ShowsLevelsAndWritesOnlyWhatIsOn) {
  Logger& log = registry_.Get("http");
  EXPECT_TRUE(log.Enabled(LogLevel::kInfo));
  EXPECT_FALSE(log.Enabled(LogLevel::kDebug));
  log.Debug("no");
  log.Trace("no");
  EXPECT_THAT(log_.Take(), IsEmpty());
  EXPECT_FALSE(State("http").configured);
  EXPECT_EQ(State("ROOT").configured, LogLevel::kInfo);
}

TEST_F(LoggerRegistryTest, ChildrenFollowUntilTheyHaveALevelOfTheirOwn) {
  registry_.Get("collector.cpu");
  registry_.Get("collector.netdev");
  registry_.Get("collectors");
  Set("collector.cpu", LogLevel::kError);
  Set("collector", LogLevel::kTrace);
  EXPECT_EQ(Level("collector.cpu"), "ERROR");
  EXPECT_EQ(Level("collector.netdev"), "TRACE");
  EXPECT_EQ(Level("collectors"), "INFO");
  EXPECT_TRUE(registry_.Get("collector.netdev").Enabled(LogLevel::kTrace));

  Set("collector.cpu", std::nullopt);
  EXPECT_EQ(Level("collector.cpu"), "TRACE");
  Set("collector", std::nullopt);
  Set("ROOT", LogLevel::kOff);
  EXPECT_EQ(Level("collector.cpu"), "OFF");
  EXPECT_FALSE(registry_.Get("collector.cpu").Enabled(LogLevel::kError));
  EXPECT_FALSE(registry_.Get("collector.new").Enabled(LogLevel::kError));
}

TEST_F(LoggerRegistryTest, RootGoesBackToItsStartUpLevel) {
  Set("ROOT", LogLevel::kTrace);
  Set("ROOT", std::nullopt);
  EXPECT_EQ(Level("ROOT"), "INFO");
  EXPECT_EQ(State("ROOT").configured, LogLevel::kInfo);
}

TEST_F(LoggerRegistryTest, AnUnknownNameIsNotMade) {
  registry_.Get("collector.cpu");
  const Status status = registry_.Set("collector.cup", LogLevel::kDebug, std::nullopt, "me");
  EXPECT_EQ(status.code(), ErrorCode::kAbsent);
  EXPECT_THAT(status.message(), HasSubstr("\"collector.cpu\""));
  EXPECT_EQ(registry_.State("collector.cup").status().code(), ErrorCode::kAbsent);
  EXPECT_EQ(registry_.State("").status().code(), ErrorCode::kAbsent);
  EXPECT_THAT(registry_.State("root").status().message(), HasSubstr("\"ROOT\""));
  EXPECT_EQ(registry_.States().size(), 3U);
}

TEST_F(LoggerRegistryTest, TemporaryLevelsGoBack) {
  registry_.Get("push");
  Set("push", LogLevel::kWarn);
  Set("push", LogLevel::kTrace, 10min);
  EXPECT_EQ(State("push").expires_in, 10min);
  clock_.Advance(2s);
  EXPECT_EQ(State("push").expires_in, 598s);
  // A second one on top does not make the first one permanent.
  Set("push", LogLevel::kDebug, 1min);
  EXPECT_EQ(Level("push"), "DEBUG");
  clock_.Advance(1min - 1ns);
  EXPECT_EQ(Level("push"), "DEBUG");
  clock_.Advance(1ns);
  EXPECT_EQ(Level("push"), "WARN");
  EXPECT_FALSE(State("push").expires_in);
}

TEST_F(LoggerRegistryTest, TemporaryLevelsGoBackToInheriting) {
  registry_.Get("push.primary");
  Set("push", LogLevel::kDebug, 1min);
  EXPECT_EQ(registry_.Tick(), clock_.Monotonic() + 1min);
  clock_.Advance(1min);
  EXPECT_FALSE(registry_.Tick());
  EXPECT_FALSE(registry_.Get("push.primary").Enabled(LogLevel::kDebug));
  EXPECT_FALSE(State("push").configured);
}

TEST_F(LoggerRegistryTest, APermanentLevelEndsATemporaryOne) {
  registry_.Get("push");
  Set("push", LogLevel::kDebug, 1min);
  Set("push", LogLevel::kError);
  clock_.Advance(1h);
  EXPECT_EQ(Level("push"), "ERROR");
}

TEST_F(LoggerRegistryTest, LifetimesAreUnharmedByTheWallClock) {
  registry_.Get("push");
  Set("push", LogLevel::kDebug, 1min);
  clock_.SetWall(WallTime(0s));
  EXPECT_EQ(Level("push"), "DEBUG");
  clock_.SetWall(WallTime(100'000'000min));
  EXPECT_EQ(Level("push"), "DEBUG");
}

TEST_F(LoggerRegistryTest, LifetimesAreChecked) {
  registry_.Get("push");
  for (const auto lifetime : {0ns, -1ns}) {
    EXPECT_EQ(registry_.Set("push", LogLevel::kDebug, lifetime, "me").code(), ErrorCode::kInvalid);
  }
  EXPECT_EQ(Level("push"), "INFO");
  Set("push", LogLevel::kDebug, std::chrono::nanoseconds::max());
  EXPECT_GT(State("push").expires_in, 24h * 36'000);
}

TEST_F(LoggerRegistryTest, AChangeCannotSilenceItself) {
  registry_.Get("push");
  Set("push", LogLevel::kOff);
  Set("ROOT", LogLevel::kOff);
  EXPECT_THAT(
      log_.Take(),
      "time=2026-11-23T01:02:03.456Z level=WARN logger=push msg=\"Log level changed\" old=INFO "
      "new=OFF by=192.0.2.7\n"
      "time=2026-11-23T01:02:03.456Z level=WARN logger=ROOT msg=\"Log level changed\" old=INFO "
      "new=OFF by=192.0.2.7\n");
}

TEST_F(LoggerRegistryTest, AChangeSaysUntilWhenAndItsEndIsLoggedToo) {
  registry_.Get("push");
  Set("push", LogLevel::kDebug, 10min);
  EXPECT_THAT(log_.Take(),
              HasSubstr("old=INFO new=DEBUG until=2026-11-23T01:12:03Z by=192.0.2.7\n"));
  clock_.Advance(10min);
  registry_.Tick();
  EXPECT_THAT(log_.Take(), HasSubstr("old=DEBUG new=INFO inherited=true by=expiry\n"));
}

TEST_F(LoggerRegistryTest, WhatChangesNothingIsNotLogged) {
  Set("ROOT", LogLevel::kInfo);
  Set("ROOT", std::nullopt);
  EXPECT_THAT(log_.Take(), IsEmpty());
}

TEST_F(LoggerRegistryTest, RepeatedWarningsAreSummedUp) {
  Logger& log = registry_.Get("collector.cpu");
  for (int i = 0; i < 5; ++i) log.Warn("Broken", {{"line", 3}});
  log.Warn("Broken", {{"line", 4}});
  log.Error("Broken", {{"line", 3}});
  registry_.Get("collector.netdev").Warn("Broken", {{"line", 3}});
  const std::string first = log_.Take();
  EXPECT_EQ(std::count(first.begin(), first.end(), '\n'), 4) << first;

  EXPECT_EQ(registry_.Tick(), clock_.Monotonic() + 10min);
  clock_.Advance(10min);
  registry_.Tick();
  EXPECT_EQ(log_.Take(),
            "time=2026-11-23T01:12:03.456Z level=WARN logger=collector.cpu msg=Broken line=3 "
            "repeated=4\n");
}

TEST_F(LoggerRegistryTest, CountsOfALoggerThatIsOffNowStayUnwritten) {
  Logger& log = registry_.Get("collector.cpu");
  log.Warn("Broken");
  log.Warn("Broken");
  Set("collector.cpu", LogLevel::kOff);
  log_.Take();
  clock_.Advance(10min);
  registry_.Tick();
  EXPECT_THAT(log_.Take(), IsEmpty());
}

TEST_F(LoggerRegistryTest, OtherLinesAreWrittenEveryTime) {
  Set("ROOT", LogLevel::kTrace);
  log_.Take();
  for (int i = 0; i < 2; ++i) {
    registry_.root().Info("Reloaded");
    registry_.root().Debug("Detail");
    registry_.root().Trace("Detail");
  }
  const std::string lines = log_.Take();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 6) << lines;
}

TEST_F(LoggerRegistryTest, CountsAreWrittenAtTheEnd) {
  {
    LoggerRegistry registry({.format = LogFormat::kJson, .fd = log_.fd()}, clock_);
    for (int i = 0; i < 3; ++i) registry.Get("queue").Error("Full");
    log_.Take();
  }
  EXPECT_THAT(log_.Take(), HasSubstr("\"msg\":\"Full\",\"repeated\":2}\n"));
}

TEST_F(LoggerRegistryTest, SaysHowManyLinesWereLost) {
  int written = 0;
  for (; written < 10'000; ++written) registry_.root().Info(std::string(1000, 'x'));
  const std::string before = log_.Take();
  const auto taken = std::count(before.begin(), before.end(), '\n');
  registry_.root().Info("again");
  const std::string after = log_.Take();
  EXPECT_THAT(after,
              HasSubstr("level=WARN logger=ROOT msg=\"Log lines were lost: nobody took them\" "
                        "lost=" +
                        std::to_string(10'000 - taken) + "\n"));
  EXPECT_THAT(after, HasSubstr("msg=again\n"));
}

TEST_F(LoggerRegistryTest, VisitsWhatHasALevelOfItsOwn) {
  registry_.Get("push.primary");
  Set("push", LogLevel::kTrace);
  std::vector<std::string> seen;
  registry_.VisitConfigured([&seen](std::string_view name, LogLevel level) {
    seen.push_back(std::string(name) + "=" + std::string(LogLevelName(level)));
  });
  EXPECT_THAT(seen, ElementsAre("ROOT=INFO", "push=TRACE"));
}

TEST(ParseLogLevel, IsLenientInCaseOnly) {
  EXPECT_EQ(*ParseLogLevel("info"), LogLevel::kInfo);
  EXPECT_EQ(*ParseLogLevel("Trace"), LogLevel::kTrace);
  EXPECT_EQ(*ParseLogLevel("OFF"), LogLevel::kOff);
  EXPECT_EQ(*ParseLogLevel("fatal"), LogLevel::kError);
  EXPECT_EQ(*ParseLogLevel("false"), LogLevel::kOff);
  for (const std::string text : {"", " info", "infos", "3", "warning", "true"}) {
    const Result<LogLevel> level = ParseLogLevel(text);
    ASSERT_FALSE(level.ok()) << text;
    EXPECT_THAT(level.status().message(), HasSubstr("OFF, ERROR, WARN, INFO, DEBUG or TRACE"));
  }
}

TEST(ParseLogFormat, KnowsTwo) {
  EXPECT_EQ(*ParseLogFormat("logfmt"), LogFormat::kLogfmt);
  EXPECT_EQ(*ParseLogFormat("json"), LogFormat::kJson);
  EXPECT_THAT(ParseLogFormat("xml").status().message(), HasSubstr("logfmt or json"));
}

}  // namespace
}  // namespace hostpulse
