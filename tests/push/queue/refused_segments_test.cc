#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/push/queue/queue_fixture.h"

namespace hostpulse::push {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class RefusedSegmentsTest : public test::DiskQueueTest {
 protected:
  // What a sender does with a batch that is refused.
  void Refuse() {
    Batch batch;
    ASSERT_TRUE(cursor_->Peek({}, batch));
    cursor_->KeepRefused();
    cursor_->Ack(batch.last_sequence);
  }
  std::vector<std::string> Refused() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(options_.dir)) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".refused")) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  // Until the open segment is another one.
  void FillSegment() {
    const std::size_t before = Segments().size();
    while (Segments().size() == before) Append(20);
  }
};

TEST_F(RefusedSegmentsTest, OutliveTheLog) {
  options_.max_bytes = std::uint64_t{1} << 20;
  ASSERT_EQ(Open(), Status());
  Append(3);
  const std::string base = Segments()[0].substr(0, 16);
  Refuse();
  EXPECT_THAT(Refused(), ElementsAre(base + ".refused"));
  FillSegment();
  Drain();
  ASSERT_EQ(Open(), Status());
  Append(1);
  EXPECT_THAT(Segments(), testing::Not(testing::Contains(base + ".seg"))) << "delivered";
  EXPECT_THAT(Refused(), ElementsAre(base + ".refused"));
  EXPECT_GT(queue_->Stats().refused_bytes, 0U);
  EXPECT_EQ(queue_->Stats().foreign_files, 0U);
}

TEST_F(RefusedSegmentsTest, AreBoundedInBytes) {
  options_.max_bytes = std::uint64_t{1} << 20;
  ASSERT_EQ(Open(), Status());
  for (int segment = 0; segment < 5; ++segment) {
    Append(1);
    Refuse();
    FillSegment();
    Drain();
  }
  EXPECT_LE(queue_->Stats().refused_bytes, options_.max_bytes / 8 + (std::uint64_t{256} << 10));
  EXPECT_THAT(Refused(), SizeIs(testing::Lt(3U)));
}

TEST_F(RefusedSegmentsTest, AreBoundedInAge) {
  ASSERT_EQ(Open(), Status());
  Append(1);
  Refuse();
  ASSERT_THAT(Refused(), SizeIs(1));
  Close();
  std::filesystem::last_write_time(options_.dir + "/" + Refused()[0],
                                   std::filesystem::file_time_type::min());
  ASSERT_EQ(Open(), Status());
  EXPECT_THAT(Refused(), IsEmpty());
  EXPECT_EQ(queue_->Stats().refused_bytes, 0U);
}

}  // namespace
}  // namespace hostpulse::push
