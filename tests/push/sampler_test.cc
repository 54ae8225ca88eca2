#include "push/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/log/logger_registry.h"
#include "tests/push/fake_source.h"
#include "tests/support/alloc_counter.h"
#include "tests/support/fake_clock.h"
#include "tests/support/log_capture.h"

namespace hostpulse::push {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;

// Keeps what is appended as {series: value}, a map a collection. It does not allocate while
// `quiet`.
class RecordingQueue final : public Queue {
 public:
  struct Kept {
    std::int64_t timestamp_ms = 0;
    std::map<std::string, double> values;
    std::vector<std::string> gone;
  };

  Status Append(const Collection& collection) override {
    if (quiet) return {};
    for (const SeriesPtr& series : collection.added) names_[series->id] = Text(series->labels);
    Kept kept;
    kept.timestamp_ms = collection.timestamp_ms;
    for (const SeriesValue& value : collection.values) {
      kept.values[names_.at(value.id)] = value.value;
    }
    for (const SeriesId id : collection.gone) kept.gone.push_back(names_.at(id));
    all.push_back(std::move(kept));
    return {};
  }
  std::unique_ptr<Cursor> Open(std::string_view) override { return nullptr; }
  void Forget(std::string_view) override {}
  void SetOptions(const QueueOptions&) override {}
  QueueStats Stats() const override { return {}; }
  std::vector<std::string> Destinations() const override { return {}; }
  std::vector<SeriesPtr> Living() const override { return living; }
  SeriesId NextId() const override { return 100; }

  const Kept& last() const { return all.back(); }

  std::vector<SeriesPtr> living;
  std::vector<Kept> all;
  bool quiet = false;

 private:
  static std::string Text(const LabelSet& labels) {
    std::string text;
    for (const Label& label : labels) text += label.name + "=" + label.value + " ";
    return text;
  }
  std::map<SeriesId, std::string> names_;
};

class SamplerTest : public testing::Test {
 protected:
  SamplerTest() {
    options_.instance = "web";
    options_.external_labels = {{"dc", "ams"}, {"job", "ignored"}};
    Remake();
  }
  void Remake() {
    sampler_ =
        std::make_unique<Sampler>(options_, source_, queue_, clock_, loggers_.Get("push"), nullptr);
  }
  const RecordingQueue::Kept& Collect() {
    clock_.Advance(std::chrono::seconds(15));
    sampler_->Collect();
    return queue_.last();
  }

  test::FakeSource source_;
  RecordingQueue queue_;
  FakeClock clock_;
  LogCapture log_;
  LoggerRegistry loggers_{LoggerRegistryOptions{LogLevel::kInfo, LogFormat::kLogfmt, log_.fd()},
                          clock_};
  SamplerOptions options_;
  std::unique_ptr<Sampler> sampler_;
};

const char* const kUp = "__name__=up dc=ams instance=web job=node ";
const char* const kLoad = "__name__=load dc=ams instance=web job=node ";

TEST_F(SamplerTest, EveryCollectionHasTheHeartbeat) {
  EXPECT_THAT(Collect().values, testing::ElementsAre(testing::Pair(kUp, 1)));
  source_.Fail({ErrorCode::kIo, "broken"});
  EXPECT_THAT(Collect().values, testing::ElementsAre(testing::Pair(kUp, 1)));
  EXPECT_EQ(sampler_->Stats().failures, 1);
  EXPECT_THAT(log_.Take(), HasSubstr("broken"));
}

TEST_F(SamplerTest, JobInstanceAndExternalLabelsAreAddedInThatOrder) {
  source_.Set("load", 2);
  EXPECT_EQ(Collect().values.at(kLoad), 2);
}

TEST_F(SamplerTest, TheHostNameIsTheInstanceUnlessOneIsGiven) {
  options_.instance.clear();
  EXPECT_NE(LabelValue(AddedLabels(options_), "instance"), "");
}

TEST_F(SamplerTest, ASeriesThatLeavesGetsItsMarkerAtOnce) {
  source_.SetCollectorSuccess("a", true);
  source_.Set("load", 2);
  Collect();
  source_.Remove("load");
  EXPECT_THAT(Collect().gone, testing::ElementsAre(kLoad));
  EXPECT_THAT(Collect().gone, IsEmpty());
}

TEST_F(SamplerTest, WhereACollectorFailedTheMarkerWaitsForASecondMiss) {
  source_.SetCollectorSuccess("a", true);
  source_.Set("load", 2);
  Collect();
  source_.SetCollectorSuccess("a", false);
  source_.Remove("load");
  EXPECT_THAT(Collect().gone, IsEmpty());
  EXPECT_THAT(Collect().gone, testing::ElementsAre(kLoad));
}

TEST_F(SamplerTest, ACollectorThatAlwaysFailsDelaysNoMarker) {
  source_.SetCollectorSuccess("never_here", false);
  source_.Set("load", 2);
  Collect();
  source_.Remove("load");
  EXPECT_THAT(Collect().gone, testing::ElementsAre(kLoad));
}

TEST_F(SamplerTest, NothingEndsWhenTheSourceFailsOnce) {
  source_.Set("load", 2);
  Collect();
  source_.Fail({ErrorCode::kIo, "broken"});
  EXPECT_THAT(Collect().gone, IsEmpty());
  source_.Fail({});
  EXPECT_THAT(Collect().values, Contains(Key(kLoad)));
}

TEST_F(SamplerTest, TimestampsGoOnWhenTheClockStepsBackALittle) {
  const std::int64_t before = Collect().timestamp_ms;
  clock_.SetWall(clock_.Now() - std::chrono::seconds(40));
  EXPECT_EQ(Collect().timestamp_ms, before + 1);
  EXPECT_THAT(log_.Take(), HasSubstr("stepped back"));
  EXPECT_GT(sampler_->Stats().clock_behind, std::chrono::seconds(20));
}

TEST_F(SamplerTest, TimestampsFollowAClockThatIsSetBack) {
  const std::int64_t before = Collect().timestamp_ms;
  clock_.SetWall(clock_.Now() - std::chrono::hours(1));
  EXPECT_LT(Collect().timestamp_ms, before - 3'500'000);
  EXPECT_THAT(log_.Take(), HasSubstr("set back"));
  EXPECT_EQ(sampler_->Stats().clock_steps_back, 1);
  EXPECT_EQ(sampler_->Stats().clock_behind, std::chrono::seconds(0));
}

TEST_F(SamplerTest, OtherLabelsEndAllSeriesFirst) {
  source_.Set("load", 2);
  Collect();
  options_.job = "edge";
  sampler_->Reconfigure(options_);
  EXPECT_THAT(queue_.last().gone, testing::UnorderedElementsAre(kUp, kLoad));
  EXPECT_THAT(queue_.last().values, IsEmpty());
  const std::int64_t ended = queue_.last().timestamp_ms;
  const auto& next = Collect();
  EXPECT_GT(next.timestamp_ms, ended);
  EXPECT_THAT(next.values, Not(Contains(Key(kLoad))));
  EXPECT_EQ(next.values.size(), 2);
}

TEST_F(SamplerTest, AnotherIntervalEndsNothing) {
  source_.Set("load", 2);
  Collect();
  options_.interval = std::chrono::seconds(1);
  sampler_->Reconfigure(options_);
  EXPECT_EQ(queue_.all.size(), 1);
  EXPECT_THAT(Collect().gone, IsEmpty());
}

// A source that allocates nothing itself.
class StillSource final : public MetricSource {
 public:
  StillSource() {
    batch_.Begin();
    for (int i = 0; i < 100; ++i) {
      const std::string number = std::to_string(i);
      batch_.Family("node_network_receive_bytes_total", "Help.", kCounter)
          .Add({{"device", number}}, i);
    }
    prometheus::ClientMetric& metric =
        batch_.Family("latency_seconds", "Help.", kHistogram).AddMetric({});
    metric.histogram.sample_count = 2;
    metric.histogram.bucket = {{1, 0.30000000000000004}, {2, 1e300}};
    batch_.Finish();
  }
  Status Gather(const GatherFilter&, FamilyVisitor visit) override {
    visit(batch_.families());
    return {};
  }

 private:
  MetricBatch batch_;
};

TEST_F(SamplerTest, NothingIsAllocatedOnceWarm) {
  if (!hostpulse::test::CountsAllocations()) GTEST_SKIP() << "a sanitizer's allocator is in place";
  StillSource source;
  Sampler sampler(options_, source, queue_, clock_, loggers_.Get("push"), nullptr);
  queue_.quiet = true;
  for (int i = 0; i < 3; ++i) sampler.Collect();
  const std::uint64_t before = hostpulse::test::AllocationsOfThisThread();
  for (int i = 0; i < 10; ++i) sampler.Collect();
  EXPECT_EQ(hostpulse::test::AllocationsOfThisThread(), before);
}

TEST(SamplerThread, CollectsEachIntervalAndStops) {
  const SystemClock clock;
  LogCapture log;
  LoggerRegistry loggers({LogLevel::kInfo, LogFormat::kLogfmt, log.fd()}, clock);
  test::FakeSource source;
  RecordingQueue queue;
  SamplerOptions options;
  options.interval = std::chrono::milliseconds(20);
  std::mutex mutex;
  std::condition_variable ticked;
  int ticks = 0;
  Sampler sampler(options, source, queue, clock, loggers.Get("push"), [&](const SamplerStats&) {
    const std::lock_guard lock(mutex);
    ++ticks;
    ticked.notify_all();
  });
  sampler.Start();
  {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(ticked.wait_for(lock, std::chrono::seconds(10), [&] { return ticks >= 5; }));
  }
  sampler.Stop();
  for (std::size_t i = 1; i < queue.all.size(); ++i) {
    EXPECT_GT(queue.all[i].timestamp_ms, queue.all[i - 1].timestamp_ms);
  }
  EXPECT_EQ(sampler.Stats().collections, queue.all.size());
}

TEST_F(SamplerTest, CollectionsOfAClockThatIsNotSetWaitForIt) {
  const WallTime right = clock_.Now();
  clock_.SetWall(WallTime(std::chrono::seconds(30)));
  Remake();
  source_.Set("load", 1);
  sampler_->Collect();
  clock_.Advance(std::chrono::seconds(15));
  source_.Set("late", 1);
  sampler_->Collect();
  EXPECT_THAT(queue_.all, IsEmpty());
  EXPECT_EQ(sampler_->Stats().waiting_for_clock, 2U);
  EXPECT_THAT(log_.Take(), HasSubstr("the clock is not set"));
  clock_.Advance(std::chrono::seconds(15));
  clock_.SetWall(right);
  sampler_->Collect();
  ASSERT_EQ(queue_.all.size(), 3U);
  EXPECT_EQ(queue_.all[0].timestamp_ms, ToUnixMillis(right) - 30'000);
  EXPECT_EQ(queue_.all[1].timestamp_ms, ToUnixMillis(right) - 15'000);
  EXPECT_NEAR(static_cast<double>(queue_.all[2].timestamp_ms),
              static_cast<double>(ToUnixMillis(right)), 1);
  EXPECT_EQ(queue_.all[0].values.size() + 1, queue_.all[1].values.size());
  EXPECT_EQ(sampler_->Stats().waiting_for_clock, 0U);
  EXPECT_THAT(log_.Take(), HasSubstr("the clock was set"));
}

TEST_F(SamplerTest, SaysAtItsEndWhatStillWaitedForTheClock) {
  clock_.SetWall(WallTime(std::chrono::seconds(30)));
  options_.interval = std::chrono::hours(1);
  Remake();
  sampler_->Collect();
  sampler_->Start();
  sampler_->Stop();
  EXPECT_THAT(log_.Take(), HasSubstr("stopped with collections that waited for the clock"));
}

}  // namespace
}  // namespace hostpulse::push
