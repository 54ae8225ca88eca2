// A day without a receiver, in the time it takes to write it: memory does not grow with it, and
// what is there at its end can be read at once.

#include <gtest/gtest.h>
#include <malloc.h>

#include <vector>

#include "tests/push/queue/queue_fixture.h"
#include "tests/support/alloc_counter.h"

namespace hostpulse::push {
namespace {

constexpr SeriesId kSeries = 60;
constexpr int kCollectionsAnHour = 3600;

class DayOfOutageTest : public test::DiskQueueTest {
 protected:
  void AppendHours(int hours) {
    for (int i = 0; i < hours * kCollectionsAnHour; ++i) {
      std::vector<SeriesPtr> added;
      for (SeriesId id = 1; values_.size() < kSeries; ++id) {
        source_.Add("series_" + std::to_string(id));
        added.push_back(source_.living().at("series_" + std::to_string(id)));
        values_.push_back({id, 0});
      }
      for (SeriesValue& value : values_) value.value += value.id % 3;
      clock_.Advance(std::chrono::seconds(1));
      ASSERT_EQ(queue_->Append({ToUnixMillis(clock_.Now()), added, values_, {}}), Status());
    }
  }
  static std::size_t HeapInUse() {
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
  }

  std::vector<SeriesValue> values_;
};

TEST_F(DayOfOutageTest, CostsDiskAndNoMemory) {
  ASSERT_EQ(Open(), Status());
  AppendHours(1);
  const std::size_t before = HeapInUse();
  AppendHours(23);
  if (hostpulse::test::CountsAllocations()) {
    EXPECT_LE(HeapInUse(), before + (std::size_t{2} << 20));
  }
  const CursorStats stats = cursor_->Stats();
  EXPECT_EQ(stats.queued_samples, 24U * kCollectionsAnHour * kSeries);
  ExpectBalanced(stats);
  EXPECT_LT(queue_->Stats().bytes, 5 * stats.queued_samples / 2) << "2.5 bytes a sample at most";

  ASSERT_EQ(Open(), Status());
  Batch batch;
  std::uint64_t collections = 0;
  std::int64_t last_ms = 0;
  while (cursor_->Peek({}, batch)) {
    ASSERT_GT(batch.samples.front().timestamp_ms, last_ms);
    last_ms = batch.samples.back().timestamp_ms;
    collections += batch.collections;
    cursor_->Ack(batch.last_sequence);
  }
  EXPECT_EQ(collections, 24U * kCollectionsAnHour);
  if (hostpulse::test::CountsAllocations()) {
    EXPECT_LE(HeapInUse(), before + (std::size_t{2} << 20));
  }
}

}  // namespace
}  // namespace hostpulse::push
