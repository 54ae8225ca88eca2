#include "push/queue/memory_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "core/log/logger_registry.h"
#include "push/series_table.h"
#include "tests/support/fake_clock.h"
#include "tests/support/log_capture.h"

namespace hostpulse::push {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;

class MemoryQueueTest : public testing::Test {
 protected:
  MemoryQueueTest() { Remake({}); }
  void Remake(QueueOptions options) {
    queue_ = std::make_unique<MemoryQueue>(options, clock_, loggers_.Get("queue"));
  }

  // Appends a collection of `count` series from id 1 on, whose values say when it was.
  void Append(SeriesId count = 2, std::vector<SeriesId> gone = {}) {
    clock_.Advance(seconds(15));
    std::vector<SeriesPtr> added;
    std::vector<SeriesValue> values;
    for (SeriesId id = 1; id <= count; ++id) {
      if (id > known_) added.push_back(MakeSeries(id));
      if (std::find(gone.begin(), gone.end(), id) == gone.end()) {
        values.push_back({id, static_cast<double>(1000 * id + appended_)});
      }
    }
    known_ = std::max(known_, count);
    ++appended_;
    EXPECT_TRUE(queue_->Append({NowMs(), added, values, gone}).ok());
  }
  static SeriesPtr MakeSeries(SeriesId id) {
    auto series = std::make_shared<Series>();
    series->id = id;
    series->labels = {{"__name__", "m" + std::to_string(id)}};
    return series;
  }
  std::int64_t NowMs() const { return ToUnixMillis(clock_.Now()); }

  // The values of the first series of a batch: which collections it holds.
  static std::vector<int> Collections(const Batch& batch) {
    std::vector<int> numbers;
    if (batch.series.empty()) return numbers;
    for (const Sample& sample : batch.SamplesOf(batch.series[0])) {
      numbers.push_back(static_cast<int>(sample.value) - 1000);
    }
    return numbers;
  }
  static void ExpectBalanced(const Cursor& cursor) {
    const CursorStats stats = cursor.Stats();
    EXPECT_EQ(stats.logged_samples, stats.released_samples + stats.queued_samples +
                                        stats.dropped_for_bytes + stats.dropped_for_age);
  }

  FakeClock clock_;
  LogCapture log_;
  LoggerRegistry loggers_{LoggerRegistryOptions{LogLevel::kInfo, LogFormat::kLogfmt, log_.fd()},
                          clock_};
  std::unique_ptr<MemoryQueue> queue_;
  SeriesId known_ = 0;
  int appended_ = 0;
  Batch batch_;
};

TEST_F(MemoryQueueTest, GivesWhatIsNotAcknowledgedAgainAndAgain) {
  const auto cursor = queue_->Open("a");
  EXPECT_FALSE(cursor->Peek({}, batch_));
  Append();
  Append();
  ASSERT_TRUE(cursor->Peek({}, batch_));
  EXPECT_THAT(Collections(batch_), ElementsAre(0, 1));
  ASSERT_TRUE(cursor->Peek({}, batch_));
  EXPECT_THAT(Collections(batch_), ElementsAre(0, 1));
  EXPECT_EQ(cursor->Ack(batch_.last_sequence), 4);
  EXPECT_FALSE(cursor->Peek({}, batch_));
  EXPECT_TRUE(batch_.empty());
  Append();
  ASSERT_TRUE(cursor->Peek({}, batch_));
  EXPECT_THAT(Collections(batch_), ElementsAre(2));
  ExpectBalanced(*cursor);
}

TEST_F(MemoryQueueTest, RunsHaveTheirSeriesAndTimes) {
  const auto cursor = queue_->Open("a");
  Append();
  const std::int64_t first = NowMs();
  Append(3);
  ASSERT_TRUE(cursor->Peek({}, batch_));
  ASSERT_EQ(batch_.series.size(), 3);
  EXPECT_EQ(batch_.series[0].series->labels[0].value, "m1");
  EXPECT_EQ(batch_.series[0].count, 2);
  EXPECT_EQ(batch_.SamplesOf(batch_.series[0])[0].timestamp_ms, first);
  EXPECT_EQ(batch_.SamplesOf(batch_.series[0])[1].timestamp_ms, NowMs());
  EXPECT_EQ(batch_.series[2].count, 1);
}

TEST_F(MemoryQueueTest, ASeriesEndsWithItsMarker) {
  const auto cursor = queue_->Open("a");
  Append(2);
  Append(2, {1});
  ASSERT_TRUE(cursor->Peek({}, batch_));
  ASSERT_EQ(batch_.series.size(), 2);
  EXPECT_TRUE(batch_.series[0].ended);
  EXPECT_FALSE(batch_.series[1].ended);
  ASSERT_EQ(batch_.series[0].count, 2);
  EXPECT_TRUE(IsStalenessMarker(batch_.SamplesOf(batch_.series[0])[1].value));
}

TEST_F(MemoryQueueTest, LimitsCountWholeCollections) {
  const auto cursor = queue_->Open("a");
  for (int i = 0; i < 40; ++i) Append();
  ASSERT_TRUE(cursor->Peek({5, 60}, batch_));
  EXPECT_THAT(Collections(batch_), ElementsAre(0, 1));
  ASSERT_TRUE(cursor->Peek({1, 60}, batch_));
  EXPECT_THAT(Collections(batch_), ElementsAre(0));
  ASSERT_TRUE(cursor->Peek({10'000, 30}, batch_));
  EXPECT_EQ(batch_.collections, 30) << "across chunks";
  EXPECT_EQ(Collections(batch_).back(), 29);
}

TEST_F(MemoryQueueTest, ABatchEndsWhereTheClockWasSetBack) {
  const auto cursor = queue_->Open("a");
  Append();
  Append();
  clock_.SetWall(clock_.Now() - hours(1));
  Append();
  Batch batch;
  ASSERT_TRUE(cursor->Peek({}, batch));
  EXPECT_THAT(Collections(batch), ElementsAre(0, 1));
  cursor->Ack(batch.last_sequence);
  ASSERT_TRUE(cursor->Peek({}, batch));
  EXPECT_THAT(Collections(batch), ElementsAre(2));
}

TEST_F(MemoryQueueTest, CursorsMoveByThemselves) {
  const auto fast = queue_->Open("fast");
  const auto slow = queue_->Open("slow");
  for (int i = 0; i < 40; ++i) {
    Append();
    ASSERT_TRUE(fast->Peek({}, batch_));
    EXPECT_THAT(Collections(batch_), ElementsAre(i));
    fast->Ack(batch_.last_sequence);
  }
  ASSERT_TRUE(slow->Peek({10'000, 100}, batch_));
  EXPECT_EQ(batch_.collections, 40);
  EXPECT_EQ(fast->Stats().queued_samples, 0);
  EXPECT_EQ(slow->Stats().queued_samples, 80);
}

TEST_F(MemoryQueueTest, WhatEveryoneHasIsLetGo) {
  const auto cursor = queue_->Open("a");
  for (int i = 0; i < 1000; ++i) {
    Append();
    ASSERT_TRUE(cursor->Peek({}, batch_));
    cursor->Ack(batch_.last_sequence);
  }
  EXPECT_LE(queue_->Stats().collections, 16);
}

TEST_F(MemoryQueueTest, ANewNameStartsAfterTheNewestCollection) {
  const auto first = queue_->Open("first");
  Append();
  const auto second = queue_->Open("second");
  EXPECT_FALSE(second->Peek({}, batch_));
  Append();
  ASSERT_TRUE(second->Peek({}, batch_));
  EXPECT_THAT(Collections(batch_), ElementsAre(1));
  EXPECT_EQ(second->Stats().logged_samples, 2);
}

TEST_F(MemoryQueueTest, APlaceIsKeptWhileNobodyReads) {
  { const auto cursor = queue_->Open("a"); }
  Append();
  const auto again = queue_->Open("a");
  ASSERT_TRUE(again->Peek({}, batch_));
  EXPECT_THAT(Collections(batch_), ElementsAre(0));
}

TEST_F(MemoryQueueTest, AForgottenNameIsNew) {
  { const auto cursor = queue_->Open("a"); }
  Append();
  queue_->Forget("a");
  const auto again = queue_->Open("a");
  EXPECT_FALSE(again->Peek({}, batch_));
  EXPECT_EQ(again->Stats().logged_samples, 0);
}

TEST_F(MemoryQueueTest, OverTheByteBoundTheOldestGo) {
  QueueOptions options;
  options.max_bytes = 20'000;
  Remake(options);
  const auto cursor = queue_->Open("a");
  for (int i = 0; i < 400; ++i) Append(100);
  EXPECT_LE(queue_->Stats().bytes, 20'000);
  EXPECT_GT(cursor->Stats().dropped_for_bytes, 0);
  ASSERT_TRUE(cursor->Peek({}, batch_));
  EXPECT_GT(Collections(batch_).front(), 0);
  ExpectBalanced(*cursor);
  EXPECT_THAT(log_.Take(), testing::HasSubstr("max_bytes"));
}

TEST_F(MemoryQueueTest, OverTheAgeBoundTheOldestGo) {
  QueueOptions options;
  options.max_age = hours(1);
  Remake(options);
  const auto cursor = queue_->Open("a");
  for (int i = 0; i < 400; ++i) Append();  // 100 minutes.
  const CursorStats stats = cursor->Stats();
  EXPECT_GT(stats.dropped_for_age, 0);
  ASSERT_TRUE(stats.oldest_ms);
  EXPECT_GE(*stats.oldest_ms, NowMs() - 3600'000 - 16 * 15'000);
  ExpectBalanced(*cursor);
}

TEST_F(MemoryQueueTest, AClockThatJumpsDropsNothing) {
  const auto cursor = queue_->Open("a");
  for (int i = 0; i < 40; ++i) Append();
  clock_.SetWall(clock_.Now() + hours(24 * 3650));
  for (int i = 0; i < 40; ++i) Append();
  EXPECT_EQ(cursor->Stats().dropped_for_age, 0);
}

TEST_F(MemoryQueueTest, WhatWasDroppedOnItsWayIsNotReleasedToo) {
  QueueOptions options;
  options.max_bytes = 20'000;
  Remake(options);
  const auto cursor = queue_->Open("a");
  Append(100);
  ASSERT_TRUE(cursor->Peek({}, batch_));
  for (int i = 0; i < 400; ++i) Append(100);
  EXPECT_EQ(cursor->Ack(batch_.last_sequence), 0);
  ExpectBalanced(*cursor);
}

TEST_F(MemoryQueueTest, TenBytesASampleAtMostWhenValuesRepeat) {
  const auto cursor = queue_->Open("a");
  std::vector<SeriesPtr> added;
  std::vector<SeriesValue> values;
  for (SeriesId id = 1; id <= 1000; ++id) {
    added.push_back(MakeSeries(id));
    values.push_back({id, 0.1 * id});
  }
  for (int i = 0; i < 160; ++i) {
    EXPECT_TRUE(queue_->Append({i, added, values, {}}).ok());
    added.clear();
  }
  EXPECT_LE(queue_->Stats().bytes, 10 * 160'000 / 5) << "in fact far less";
}

TEST_F(MemoryQueueTest, TellsTheOldestAndTheNewest) {
  const auto cursor = queue_->Open("a");
  EXPECT_FALSE(cursor->Stats().oldest_ms);
  Append();
  const std::int64_t first = NowMs();
  Append();
  EXPECT_EQ(cursor->Stats().oldest_ms, first);
  EXPECT_EQ(cursor->Stats().newest_ms, NowMs());
  cursor->Ack(1);
  EXPECT_EQ(cursor->Stats().oldest_ms, NowMs());
}

TEST_F(MemoryQueueTest, AWaitEndsWhenSomethingComesOrAStopIsAskedFor) {
  const auto cursor = queue_->Open("a");
  std::jthread waiter([&](const std::stop_token& stop) {
    cursor->WaitForMore(0, stop, hours(1));
    cursor->WaitForMore(1'000'000, stop, hours(1));
  });
  Append();
  waiter.request_stop();
  waiter.join();
  EXPECT_EQ(cursor->Stats().queued_samples, 2);
}

}  // namespace
}  // namespace hostpulse::push
