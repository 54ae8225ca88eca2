#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "push/queue/bytes.h"
#include "push/queue/crc32c.h"
#include "tests/push/queue/queue_fixture.h"
#include "tests/support/alloc_counter.h"

namespace hostpulse::push::test {
namespace {

// Damage of every kind to a queue that is closed: what is left must be right and in order, and what
// is gone bounded by the distance of two KEY records.
class DiskQueueDamageTest : public DiskQueueTest {
 protected:
  void SetUp() override { Prepare(200); }
  void Prepare(int collections) {
    appended_.clear();
    std::filesystem::remove_all(options_.dir);
    ASSERT_EQ(Open(), Status());
    Append(collections);
    Close();
    segment_ = Segments().at(0);
    content_ = ReadFile(segment_);
    cursor_content_ = ReadFile("primary.cursor");
  }
  // Puts the queue back with this segment; what comes out of it.
  std::vector<Expected> Read(const std::string& content) {
    Close();
    for (const std::string& name : Segments()) std::filesystem::remove(options_.dir + "/" + name);
    WriteFile("primary.cursor", cursor_content_);
    WriteFile(segment_, content);
    EXPECT_EQ(Open(), Status());
    return Drain();
  }
  void ExpectAllBut(const std::vector<Expected>& left, std::size_t most_lost) {
    EXPECT_GE(left.size() + most_lost, appended_.size());
    EXPECT_TRUE(std::includes(
        appended_.begin(), appended_.end(), left.begin(), left.end(),
        [](const Expected& a, const Expected& b) { return a.timestamp_ms < b.timestamp_ms; }));
    auto at = appended_.begin();
    for (const Expected& one : left) {
      while (at->timestamp_ms != one.timestamp_ms) ++at;
      EXPECT_EQ(*at, one) << "wrong values";
    }
  }

  std::string segment_;
  std::string content_;
  std::string cursor_content_;
};

TEST_F(DiskQueueDamageTest, AFlippedByteAnywhereCostsOneKeySpanAtMost) {
  // Every byte of the first records, then samples of the rest: each run reads the whole queue.
  for (std::size_t at = 0; at < content_.size(); at += at < 1500 ? 7 : 211) {
    std::string damaged = content_;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    ExpectAllBut(Read(damaged), 60);
    if (HasFailure()) FAIL() << "byte " << at;
  }
}

// Sanitizers take their time, and see nothing in every byte that they do not see in some.
std::size_t Stride() {
  return hostpulse::test::CountsAllocations() ? 1 : 13;
}

TEST_F(DiskQueueDamageTest, EveryByteOfASmallQueueMayBeFlipped) {
  Prepare(65);
  for (std::size_t at = 0; at < content_.size(); at += Stride()) {
    std::string damaged = content_;
    damaged[at] = static_cast<char>(~damaged[at]);
    ExpectAllBut(Read(damaged), 60);
    if (HasFailure()) FAIL() << "byte " << at;
  }
}

TEST_F(DiskQueueDamageTest, ASmallQueueMayEndAnywhere) {
  Prepare(65);
  for (std::size_t size = 0; size < content_.size(); size += Stride()) {
    const std::vector<Expected> left = Read(content_.substr(0, size));
    EXPECT_TRUE(std::equal(left.begin(), left.end(), appended_.begin()));
    if (HasFailure()) FAIL() << "size " << size;
  }
}

TEST_F(DiskQueueDamageTest, AFileThatEndsEarlyHasWhatWasBefore) {
  for (std::size_t size = 0; size < content_.size(); size += size < 1000 ? 13 : 509) {
    const std::vector<Expected> left = Read(content_.substr(0, size));
    EXPECT_TRUE(std::equal(left.begin(), left.end(), appended_.begin()));
    if (HasFailure()) FAIL() << "size " << size;
  }
}

TEST_F(DiskQueueDamageTest, JunkBehindTheEndCostsNothing) {
  for (const std::string& junk : {std::string(10'000, '\0'), std::string(4099, 'H'),
                                  content_.substr(0, 700), content_.substr(content_.size() / 2)}) {
    EXPECT_EQ(Read(content_ + junk), appended_);
  }
}

TEST_F(DiskQueueDamageTest, ASectorOfZerosOrStaleDataCostsItsRecordsAndOneKeySpanAtMost) {
  for (std::size_t at = 0; at + 512 < content_.size(); at += 512) {
    std::string zeros = content_;
    zeros.replace(at, 512, 512, '\0');
    ExpectAllBut(Read(zeros), 60 + 12);
    std::string stale = content_;
    stale.replace(at, 512, content_.substr((at + 1024) % (content_.size() - 512), 512));
    ExpectAllBut(Read(stale), 60 + 12);
    if (HasFailure()) FAIL() << "sector at " << at;
  }
}

TEST_F(DiskQueueDamageTest, TheQueueGoesOnAfterwards) {
  std::string damaged = content_;
  damaged[content_.size() / 2] ^= 0x10;
  Read(damaged);
  EXPECT_GT(cursor_->Stats().released_samples, 0U);
  appended_.clear();
  Append(10);
  EXPECT_EQ(Drain(), appended_);
}

TEST_F(DiskQueueDamageTest, ADamagedCursorRepeatsAndLosesNothing) {
  ASSERT_EQ(Open(), Status());
  EXPECT_EQ(Drain(), appended_);
  Close();
  const std::string saved = ReadFile("primary.cursor");
  // One slot: the one before holds. Both: the beginning.
  for (const std::size_t slots : {1, 2}) {
    std::string damaged = saved;
    for (std::size_t slot = 0; slot < 2; ++slot) {
      if (slots == 2 || slot == 0) damaged[slot * 4096 + 17] ^= 1;
    }
    WriteFile("primary.cursor", damaged);
    WriteFile(segment_, content_);
    ASSERT_EQ(Open(), Status());
    EXPECT_THAT(queue_->Destinations(), testing::ElementsAre("primary"));
    ExpectAllBut(Drain(), slots == 2 ? 0 : appended_.size());
    Close();
  }
}

TEST_F(DiskQueueDamageTest, ASegmentOfANewerVersionIsLeftAloneAndNumbersGoOnAboveIt) {
  std::string newer = content_;
  StoreLittleEndian(&newer[4], std::uint32_t{2});
  StoreLittleEndian(&newer[60], Crc32c(std::string_view(newer).substr(0, 60), 0));
  EXPECT_THAT(Read(newer), testing::IsEmpty());
  EXPECT_EQ(queue_->Stats().foreign_files, 1U);
  appended_.clear();
  Append(10);
  EXPECT_EQ(Drain(), appended_);
  EXPECT_GT(cursor_->Stats().last_sequence, appended_.size());
  EXPECT_EQ(ReadFile(segment_), newer);
}

}  // namespace
}  // namespace hostpulse::push::test
