#include "exporter/reload.h"

#include <gmock/gmock.h>

#include <thread>
#include <vector>

#include "core/clock.h"
#include "exporter/reload_desk.h"

namespace hostpulse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Levels : public testing::Test {
 protected:
  Levels() : loggers_(Options(), clock_), log_(loggers_.Get("config")) {}

  static LoggerRegistryOptions Options() {
    LoggerRegistryOptions options;
    options.fd = -1;
    return options;
  }

  // Goes over to a configuration with these loggers.
  void Apply(LogLevel root, std::vector<std::pair<std::string, LogLevel>> levels) {
    config::LogConfig now;
    now.root.level = root;
    now.loggers = std::move(levels);
    ApplyLevels(before_, now, loggers_, log_);
    before_ = now;
  }

  LogLevel Effective(std::string_view name) { return loggers_.State(name)->effective; }

  const SystemClock clock_;
  LoggerRegistry loggers_;
  Logger& log_;
  config::LogConfig before_;
};

TEST_F(Levels, FollowTheConfiguration) {
  Apply(LogLevel::kInfo, {{"push", LogLevel::kDebug}, {"collector.cpu", LogLevel::kTrace}});
  EXPECT_EQ(Effective("push"), LogLevel::kDebug);
  EXPECT_EQ(Effective("collector.cpu"), LogLevel::kTrace);
  EXPECT_EQ(Effective("collector"), LogLevel::kInfo);
  Apply(LogLevel::kWarn, {{"push", LogLevel::kError}});
  EXPECT_EQ(Effective("push"), LogLevel::kError);
  EXPECT_EQ(Effective("collector.cpu"), LogLevel::kWarn);
  EXPECT_EQ(Effective("ROOT"), LogLevel::kWarn);
}

TEST_F(Levels, KeepWhatWasSetAtRunTimeWhereTheFileDidNotChange) {
  Apply(LogLevel::kInfo, {{"push", LogLevel::kDebug}});
  ASSERT_TRUE(loggers_.Set("push", LogLevel::kTrace, std::nullopt, "test"));
  ASSERT_TRUE(loggers_.Set("config", LogLevel::kDebug, std::nullopt, "test"));
  Apply(LogLevel::kInfo, {{"push", LogLevel::kDebug}});
  EXPECT_EQ(Effective("push"), LogLevel::kTrace);
  EXPECT_EQ(Effective("config"), LogLevel::kDebug);
}

TEST(KeysThatNeedRestart, NamesWhatListensAndWhatItServes) {
  config::Config before;
  config::Config now;
  EXPECT_THAT(KeysThatNeedRestart(before, now), IsEmpty());
  now.web.server.listen = {":9101"};
  now.web.max_requests = 1;
  now.log.root.format = LogFormat::kJson;
  now.log.root.level = LogLevel::kDebug;
  now.push.sampler.job = "other";
  EXPECT_THAT(KeysThatNeedRestart(before, now),
              ElementsAre("log.format", "web.listen", "web.max_requests"));
}

TEST(ReloadDesk, AnswersEveryRequestWithTheOutcomeOfAReloadAfterIt) {
  Mutex mutex;
  CondVar changed;
  int wakes = 0;
  ReloadDesk desk([&] {
    MutexLock lock(mutex);
    ++wakes;
    changed.notify_all();
  });
  std::vector<Status> outcomes(3);
  {
    std::vector<std::jthread> askers;
    for (Status& outcome : outcomes) askers.emplace_back([&] { outcome = desk.Request(); });
    {
      MutexLock lock(mutex);
      while (wakes < 3) changed.wait(lock);
    }
    int reloads = 0;
    desk.Serve([&] {
      ++reloads;
      return Status(ErrorCode::kInvalid, "bad file");
    });
    EXPECT_EQ(reloads, 1);
    desk.Serve([&] {
      ++reloads;
      return Status();
    });
    EXPECT_EQ(reloads, 1) << "nobody waits any more";
  }
  for (const Status& outcome : outcomes) EXPECT_EQ(outcome.message(), "bad file");
}

TEST(ReloadDesk, LetsGoWhenTheProgramEnds) {
  ReloadDesk desk([] {});
  Status before;
  {
    std::jthread asker([&] { before = desk.Request(); });
    desk.Close();
  }
  EXPECT_EQ(before.code(), ErrorCode::kTimeout);
  EXPECT_EQ(desk.Request().code(), ErrorCode::kTimeout);
}

}  // namespace
}  // namespace hostpulse
