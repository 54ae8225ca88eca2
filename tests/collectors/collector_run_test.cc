#include "collectors/collector_run.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "collectors/collector_set.h"
#include "core/log/logger_registry.h"
#include "tests/support/fake_clock.h"

namespace hostpulse::collectors {
namespace {

bool may_block_next = true;
std::thread::id ran_on;

class SometimesSlow final : public Collector {
 public:
  Status Collect(MetricBatch&) override {
    ran_on = std::this_thread::get_id();
    return {};
  }
  bool MayBlock() const override { return may_block_next; }
};

constexpr CollectorSpec kSlow = {
    .name = "slow",
    .may_block = true,
    .make = [](const CollectorContext&) -> Result<std::unique_ptr<Collector>> {
      return std::unique_ptr<Collector>(std::make_unique<SometimesSlow>());
    },
};
constexpr std::array<const CollectorSpec*, 1> kTable = {&kSlow};

class CollectorRunTest : public testing::Test {
 protected:
  CollectorRunTest() { may_block_next = true; }

  FakeClock clock_;
  LoggerRegistry loggers_{{}, clock_};
};

TEST_F(CollectorRunTest, AsksAnIdleCollectorWhetherItMayBlock) {
  const auto ground =
      std::make_shared<CollectorGround>(HostPaths{}, FlagValues{}, std::vector<std::string>{}, 1);
  CollectorRun run(kSlow, ground, std::make_unique<SometimesSlow>(), clock_,
                   loggers_.Get("collector.slow"));
  EXPECT_TRUE(run.may_block());

  may_block_next = false;
  run.Run();
  run.Accept();
  EXPECT_FALSE(run.may_block());

  // One that was given up may still be running: its word is not asked for.
  run.Miss("no result in time", {});
  EXPECT_TRUE(run.may_block());
}

TEST_F(CollectorRunTest, WhatWillNotBlockRunsOnTheThreadThatCollects) {
  CollectorSetOptions options;
  options.enabled = {"slow"};
  options.table = kTable;
  auto set = CollectorSet::Create(std::move(options), clock_, loggers_);
  ASSERT_TRUE(set.ok());
  const auto gather = [&] { return (*set)->Gather({}, [](std::span<const FamilyView>) {}); };

  may_block_next = false;  // From its next run on.
  EXPECT_TRUE(gather().ok());
  EXPECT_NE(ran_on, std::this_thread::get_id());
  EXPECT_TRUE(gather().ok());
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

}  // namespace
}  // namespace hostpulse::collectors
