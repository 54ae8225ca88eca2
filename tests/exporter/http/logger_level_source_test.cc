#include "exporter/http/logger_level_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/alloc_counter.h"
#include "tests/support/fake_clock.h"

namespace hostpulse::http {
namespace {

using testing::ElementsAre;

std::vector<std::string> Gathered(MetricSource& source) {
  std::vector<std::string> out;
  const Status status = source.Gather({}, [&out](std::span<const FamilyView> families) {
    for (const FamilyView& family : families) {
      EXPECT_EQ(family.type, prometheus::MetricType::Gauge);
      for (const prometheus::ClientMetric* metric : family.metrics) {
        out.push_back(std::string(family.name) + " " + metric->label.at(0).name + "=" +
                      metric->label.at(0).value + " " +
                      std::to_string(static_cast<int>(metric->gauge.value)));
      }
    }
  });
  EXPECT_TRUE(status.ok());
  return out;
}

TEST(LoggerLevelSource, ShowsEveryLevelThatWasSet) {
  const FakeClock clock;
  LoggerRegistry registry({.fd = -1}, clock);
  registry.Get("push.primary");
  LoggerLevelSource source(registry);
  EXPECT_THAT(Gathered(source), ElementsAre("hostpulse_logger_level logger=ROOT 3"));

  ASSERT_TRUE(registry.Set("push", LogLevel::kTrace, std::nullopt, "test").ok());
  ASSERT_TRUE(registry.Set("ROOT", LogLevel::kOff, std::nullopt, "test").ok());
  EXPECT_THAT(Gathered(source), ElementsAre("hostpulse_logger_level logger=ROOT 0",
                                            "hostpulse_logger_level logger=push 5"));

  ASSERT_TRUE(registry.Set("push", std::nullopt, std::nullopt, "test").ok());
  EXPECT_THAT(Gathered(source), ElementsAre("hostpulse_logger_level logger=ROOT 0"));
}

TEST(LoggerLevelSource, AllocatesNothingOnceWarm) {
  if (!test::CountsAllocations()) GTEST_SKIP() << "sanitizers bring their own operator new";
  const FakeClock clock;
  LoggerRegistry registry({.fd = -1}, clock);
  registry.Get("a.logger.whose.name.does.not.fit.into.a.short.string");
  ASSERT_TRUE(registry.Set("a.logger", LogLevel::kDebug, std::nullopt, "test").ok());
  LoggerLevelSource source(registry);
  const GatherFilter filter;
  const auto gather = [&] {
    return source.Gather(filter, [](std::span<const FamilyView>) {}).ok();
  };
  ASSERT_TRUE(gather() && gather());
  const std::uint64_t before = test::AllocationsOfThisThread();
  EXPECT_TRUE(gather());
  EXPECT_EQ(test::AllocationsOfThisThread(), before);
}

}  // namespace
}  // namespace hostpulse::http
