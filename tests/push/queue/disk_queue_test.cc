#include "push/queue/disk_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <random>

#include "tests/push/queue/queue_fixture.h"

namespace hostpulse::push::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(DiskQueueTest, GivesBackWhatWasAppended) {
  ASSERT_EQ(Open(), Status());
  Append(150);
  EXPECT_EQ(Drain(), appended_);
  EXPECT_THAT(Drain(), IsEmpty());
}

TEST_F(DiskQueueTest, KeepsWhatIsNotAcknowledgedOverARestart) {
  ASSERT_EQ(Open(), Status());
  Append(100);
  Batch batch;
  ASSERT_TRUE(cursor_->Peek({.max_samples = 10'000, .max_collections = 7}, batch));
  EXPECT_EQ(batch.collections, 7U);
  cursor_->Ack(batch.last_sequence);
  appended_.erase(appended_.begin(), appended_.begin() + 7);
  ASSERT_EQ(Open(), Status());
  EXPECT_EQ(cursor_->Stats().queued_samples, 93 * 3U);
  EXPECT_EQ(cursor_->Stats().oldest_ms, appended_.front().timestamp_ms);
  EXPECT_EQ(cursor_->Stats().newest_ms, appended_.back().timestamp_ms);
  Append(10);
  EXPECT_EQ(Drain(), appended_);
  ASSERT_EQ(Open(), Status());
  EXPECT_THAT(Drain(), IsEmpty()) << "acknowledged for good";
}

TEST_F(DiskQueueTest, ABatchEndsWhereTheClockWasSetBack) {
  ASSERT_EQ(Open(), Status());
  Append(3);
  source_.now_ms -= 3'600'000;
  Append(2);
  Batch batch;
  ASSERT_TRUE(cursor_->Peek({}, batch));
  EXPECT_EQ(batch.collections, 3U);
  cursor_->Ack(batch.last_sequence);
  ASSERT_TRUE(cursor_->Peek({}, batch));
  EXPECT_EQ(batch.collections, 2U);
}

TEST_F(DiskQueueTest, PeekIsTheSameUntilItIsAcknowledged) {
  ASSERT_EQ(Open(), Status());
  Append(20);
  Batch batch;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(cursor_->Peek({.max_samples = 10, .max_collections = 60}, batch));
    EXPECT_EQ(CollectionsOf(batch), std::vector(appended_.begin(), appended_.begin() + 3));
  }
  ASSERT_TRUE(cursor_->Peek({.max_samples = 1, .max_collections = 60}, batch));
  EXPECT_EQ(batch.collections, 1U) << "at least one, whatever the limit";
  EXPECT_EQ(cursor_->Ack(batch.last_sequence), 3U);
  EXPECT_EQ(cursor_->Ack(batch.last_sequence), 0U);
  appended_.erase(appended_.begin());
  EXPECT_EQ(Drain(), appended_);
}

TEST_F(DiskQueueTest, FollowsSeriesThatComeAndGo) {
  ASSERT_EQ(Open(), Status());
  std::mt19937 random(5);
  int names = 0;
  for (int i = 0; i < 400; ++i) {
    if (random() % 4 == 0) source_.Add("series" + std::to_string(names++));
    std::map<std::string, double> values;
    for (const auto& [name, series] : source_.living()) {
      const auto luck = random() % 20;
      if (luck == 0) source_.End(name);
      if (luck > 1) values[name] = static_cast<double>(random() % 1000) / 8;
    }
    EXPECT_EQ(queue_->Append(source_.Make(values)), Status());
    if (!source_.last().samples.empty()) appended_.push_back(source_.last());
    if (random() % 50 == 0) {
      ASSERT_EQ(Open(), Status());
    }
  }
  EXPECT_EQ(Drain(), appended_);
}

TEST_F(DiskQueueTest, IdsGoOnAndLivingSeriesAreKnown) {
  ASSERT_EQ(Open(), Status());
  Append(3);
  source_.End("steady");
  EXPECT_EQ(queue_->Append(source_.Make({{"counter", 1}})), Status());
  source_.Add("late");
  EXPECT_EQ(queue_->Append(source_.Make({{"late", 1}})), Status());
  ASSERT_EQ(Open(), Status());
  std::vector<std::string> names;
  for (const SeriesPtr& series : queue_->Living()) names.push_back(series->labels[0].value);
  EXPECT_THAT(names, testing::UnorderedElementsAre("counter", "fraction", "late"));
  EXPECT_EQ(queue_->NextId(), 5U);
}

TEST_F(DiskQueueTest, ANewDestinationStartsAtTheEndAndEachHasItsOwnPlace) {
  ASSERT_EQ(Open(), Status());
  Append(5);
  auto second = queue_->Open("second/../x");
  Append(5);
  EXPECT_EQ(second->Stats().queued_samples, 15U);
  EXPECT_EQ(cursor_->Stats().queued_samples, 30U);
  EXPECT_EQ(Drain(), appended_);
  Batch batch;
  ASSERT_TRUE(second->Peek({}, batch));
  EXPECT_EQ(CollectionsOf(batch), std::vector(appended_.begin() + 5, appended_.end()));
  second.reset();
  EXPECT_THAT(queue_->Destinations(), testing::UnorderedElementsAre("primary", "second/../x"));
  ASSERT_EQ(Open(), Status());
  EXPECT_THAT(queue_->Destinations(), testing::UnorderedElementsAre("primary", "second/../x"));
  queue_->Forget("second/../x");
  ASSERT_EQ(Open(), Status());
  EXPECT_THAT(queue_->Destinations(), ElementsAre("primary"));
}

TEST_F(DiskQueueTest, RemovesSegmentsThatEveryDestinationHas) {
  options_.max_bytes = 64 << 10;
  ASSERT_EQ(Open(), Status());
  for (int i = 0; i < 40; ++i) {
    Append(100);
    EXPECT_EQ(Drain().size(), 100U);
    clock_.Advance(std::chrono::seconds(2));
  }
  EXPECT_LE(Segments().size(), 2U);
  EXPECT_EQ(cursor_->Stats().dropped_for_bytes, 0U);
}

TEST_F(DiskQueueTest, DropsTheOldestBeyondMaxBytesAndCountsIt) {
  options_.max_bytes = 16 << 10;
  ASSERT_EQ(Open(), Status());
  Append(6000);
  const CursorStats stats = cursor_->Stats();
  EXPECT_GT(stats.dropped_for_bytes, 0U);
  ExpectBalanced(stats);
  EXPECT_LE(queue_->Stats().bytes, options_.max_bytes + (16 << 10) / 4 + 1024);
  const std::vector<Expected> left = Drain();
  ASSERT_FALSE(left.empty());
  EXPECT_EQ(left.size() * 3, stats.queued_samples);
  EXPECT_EQ(left, std::vector(appended_.end() - static_cast<std::ptrdiff_t>(left.size()),
                              appended_.end()));
  EXPECT_THAT(log_.Take(), HasSubstr("max_bytes"));
}

TEST_F(DiskQueueTest, ADropWhileABatchIsOnItsWayIsCountedOnce) {
  options_.max_bytes = 16 << 10;
  ASSERT_EQ(Open(), Status());
  Append(100);
  Batch batch;
  ASSERT_TRUE(cursor_->Peek({}, batch));
  Append(6000);
  const std::uint64_t dropped = cursor_->Stats().dropped_for_bytes;
  ASSERT_GT(dropped, 0U);
  EXPECT_EQ(cursor_->Ack(batch.last_sequence), 0U);
  EXPECT_EQ(cursor_->Stats().dropped_for_bytes, dropped);
  ExpectBalanced(cursor_->Stats());
  EXPECT_EQ(Drain().back(), appended_.back());
}

TEST_F(DiskQueueTest, DropsWhatIsTooOldByAClockThatDoesNotJump) {
  options_.max_bytes = 16 << 10;
  options_.max_age = std::chrono::hours(1);
  ASSERT_EQ(Open(), Status());
  Append(600);
  clock_.SetWall(clock_.Now() + std::chrono::hours(24 * 3650));
  Append(1);
  EXPECT_EQ(cursor_->Stats().dropped_for_age, 0U) << "the clock jumped, no time went by";
  clock_.Advance(std::chrono::hours(2));
  Append(1);
  EXPECT_GT(cursor_->Stats().dropped_for_age, 0U);
  ExpectBalanced(cursor_->Stats());
  EXPECT_EQ(Drain().back(), appended_.back());
}

TEST_F(DiskQueueTest, RefusesADirectoryThatIsNotItsOwnInWords) {
  ASSERT_EQ(Open(), Status());
  auto second = DiskQueue::Open(options_, clock_, loggers_.Get("queue"));
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.status().message(), HasSubstr("another hostpulse has this queue open"));
  Close();
  ::chmod(options_.dir.c_str(), 0777);
  EXPECT_THAT(Open().message(), HasSubstr("chmod go-w"));
  options_.dir = root_.path() + "/link";
  ASSERT_EQ(::symlink("/tmp", options_.dir.c_str()), 0);
  EXPECT_THAT(Open().message(), HasSubstr("symbolic link"));
  options_.dir = root_.path() + "/file";
  WriteFile("../file", "x");
  options_.dir = root_.path() + "/a/b/c";
  EXPECT_EQ(Open(), Status()) << "parents are made, too";
  struct stat info {};
  ASSERT_EQ(::stat(options_.dir.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
}

TEST_F(DiskQueueTest, LeavesAloneWhatItDoesNotKnow) {
  ASSERT_EQ(Open(), Status());
  Append(5);
  Close();
  ASSERT_EQ(::mkfifo((options_.dir + "/00000000000000ff.seg").c_str(), 0600), 0);
  WriteFile("notes.txt", "mine");
  ASSERT_EQ(Open(), Status());
  EXPECT_EQ(queue_->Stats().foreign_files, 2U);
  Append(5);
  EXPECT_EQ(Drain(), appended_);
  EXPECT_EQ(ReadFile("notes.txt"), "mine");
}

TEST_F(DiskQueueTest, StaysSmallOnDisk) {
  options_.max_bytes = 512 << 20;
  ASSERT_EQ(Open(), Status());
  std::mt19937 random(9);
  std::vector<double> values(500);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string name = "node_metric_number_" + std::to_string(1000 + i) + "_total";
    source_.Add(name);
    values[i] = static_cast<double>(random() % 1'000'000);
  }
  constexpr int kCollections = 3600;
  for (int second = 0; second < kCollections; ++second) {
    std::map<std::string, double> by_name;
    std::size_t i = 0;
    for (const auto& [name, series] : source_.living()) {
      // As a host's: most do not change, some count with jitter, a few are gauges.
      const std::size_t kind = i % 20;
      if (kind == 0) values[i] += static_cast<double>(random() % 4000);
      if (kind == 1 || kind == 2) values[i] += static_cast<double>(random() % 3);
      if (kind == 3) values[i] = static_cast<double>(random() % 10'000) / 100;
      if (kind == 4)
        values[i] = std::round(values[i] * 100 + static_cast<double>(random() % 102)) / 100;
      if (kind == 5) values[i] += 4096 * static_cast<double>(random() % 5);
      by_name[name] = values[i++];
    }
    ASSERT_EQ(queue_->Append(source_.Make(by_name)), Status());
  }
  const double per_sample = static_cast<double>(queue_->Stats().bytes) / (kCollections * 500);
  RecordProperty("bytes_per_sample", std::to_string(per_sample));
  EXPECT_LT(per_sample, 0.75) << "a day of 500 series a second in less than 33 MB";
}

}  // namespace
}  // namespace hostpulse::push::test
