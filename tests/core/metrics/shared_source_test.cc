#include "core/metrics/shared_source.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <vector>

#include "core/metrics/metric_batch.h"
#include "tests/support/fake_clock.h"

namespace hostpulse {
namespace {

constexpr std::chrono::seconds kPatience{1};
constexpr int kFollowers = 5;

// Counts its collections; each waits inside until the test lets it go on.
class GatedSource final : public MetricSource {
 public:
  Status Gather(const GatherFilter& filter, FamilyVisitor visit) override {
    const int number = ++gathered;
    if (gated) {
      entered.release();
      go_on.acquire();
    }
    if (!filter.exclude.empty()) return {ErrorCode::kInvalid, "refused"};
    MetricBatch batch;
    batch.Begin();
    batch.Family("node_collection", "", kGauge).Add(number);
    batch.Finish();
    visit(batch.families());
    return {};
  }

  std::atomic<int> gathered = 0;
  std::atomic<bool> gated = true;
  std::counting_semaphore<> entered{0};
  std::counting_semaphore<> go_on{0};
};

class SharedSourceTest : public testing::Test {
 protected:
  // The number of the collection that a caller sees; 0 where it is refused.
  int See(const GatherFilter& filter = {}) {
    int seen = -1;
    const Status status = shared_.Gather(filter, [&](std::span<const FamilyView> families) {
      seen = static_cast<int>(families.front().metrics.front()->gauge.value);
    });
    return status ? seen : 0;
  }
  std::future<int> SeeMeanwhile(const GatherFilter& filter = {}) {
    return std::async(std::launch::async, [this, filter] {
      ++asking_;
      return See(filter);
    });
  }
  // Until this many threads are about to ask, and had the time to.
  void WaitForAsking(int count) {
    while (asking_ < count) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }

  FakeClock clock_;
  GatedSource source_;
  SharedSource shared_{source_, kPatience, clock_};
  std::atomic<int> asking_ = 0;
};

TEST_F(SharedSourceTest, WhoComesMeanwhileTakesPart) {
  std::vector<std::future<int>> callers;
  callers.push_back(SeeMeanwhile());
  source_.entered.acquire();
  for (int i = 0; i < kFollowers; ++i) callers.push_back(SeeMeanwhile());
  WaitForAsking(1 + kFollowers);
  source_.go_on.release();
  for (auto& caller : callers) EXPECT_EQ(caller.get(), 1);
  EXPECT_EQ(source_.gathered, 1);
}

TEST_F(SharedSourceTest, TheNextOneIsANewCollection) {
  source_.gated = false;
  EXPECT_EQ(See(), 1);
  EXPECT_EQ(See(), 2);
}

TEST_F(SharedSourceTest, OtherFiltersAndCallersInAHurryGatherByThemselves) {
  auto first = SeeMeanwhile();
  source_.entered.acquire();
  GatherFilter cpu;
  cpu.collect = {"cpu"};
  auto other = SeeMeanwhile(cpu);
  source_.entered.acquire();
  GatherFilter hurried;
  hurried.deadline = clock_.Monotonic() + kPatience / 2;
  auto hasty = SeeMeanwhile(hurried);
  source_.entered.acquire();
  GatherFilter patient;
  patient.deadline = clock_.Monotonic() + 2 * kPatience;
  auto joined = SeeMeanwhile(patient);
  WaitForAsking(4);
  source_.go_on.release(3);
  std::array all = {first.get(), other.get(), hasty.get()};
  EXPECT_EQ(joined.get(), all.front());
  EXPECT_EQ(source_.gathered, 3);
}

TEST_F(SharedSourceTest, SaysWhenTheCollectionBeganThatOneGets) {
  const MonotonicTime start = clock_.Monotonic();
  std::array<std::optional<MonotonicTime>, 3> began;
  std::array<GatherFilter, 3> filters;
  for (std::size_t i = 0; i < filters.size(); ++i) filters[i].began = &began[i];
  auto first = SeeMeanwhile(filters[0]);
  source_.entered.acquire();
  clock_.Advance(kPatience);
  auto joined = SeeMeanwhile(filters[1]);
  WaitForAsking(2);
  filters[2].deadline = clock_.Monotonic() + kPatience / 2;
  auto hasty = SeeMeanwhile(filters[2]);
  source_.entered.acquire();
  source_.go_on.release(2);
  EXPECT_EQ(first.get() + hasty.get(), 3);
  EXPECT_NE(joined.get(), 0);
  EXPECT_EQ(began[0], start);
  EXPECT_EQ(began[1], start);
  EXPECT_EQ(began[2], std::nullopt) << "it made one for itself alone";
}

TEST_F(SharedSourceTest, EverybodyHearsOfAnError) {
  GatherFilter bad;
  bad.exclude = {"x"};
  auto first = SeeMeanwhile(bad);
  source_.entered.acquire();
  auto second = SeeMeanwhile(bad);
  WaitForAsking(2);
  source_.go_on.release();
  EXPECT_EQ(first.get(), 0);
  EXPECT_EQ(second.get(), 0);
  EXPECT_EQ(source_.gathered, 1);
}

TEST_F(SharedSourceTest, AnExceptionIsItsOwnThreadsOnly) {
  auto first = std::async(std::launch::async, [this] {
    (void)shared_.Gather({}, [](std::span<const FamilyView>) { throw std::runtime_error("x"); });
  });
  source_.entered.acquire();
  auto second = SeeMeanwhile();
  WaitForAsking(1);
  source_.go_on.release();
  EXPECT_THROW(first.get(), std::runtime_error);
  EXPECT_EQ(second.get(), 1);
  source_.gated = false;
  EXPECT_EQ(See(), 2);
}

// Nothing but races to find: values and the number of collections are checked on the way.
TEST_F(SharedSourceTest, ManyThreadsAtOnce) {
  source_.gated = false;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      for (int last = 0, round = 0; round < 300; ++round) {
        const int seen = See();
        EXPECT_GT(seen, last);
        last = seen;
      }
    });
  }
  threads.clear();
  EXPECT_LE(source_.gathered, 1200);
}

}  // namespace
}  // namespace hostpulse
