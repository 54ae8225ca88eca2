#include "core/log/repeat_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/log/logger_registry.h"
#include "tests/support/fake_clock.h"

namespace hostpulse {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class RepeatTableTest : public testing::Test {
 protected:
  std::uint64_t Note(std::string_view payload) {
    return table_.Note(clock_.Monotonic(), registry_.root(), LogLevel::kWarn, payload, due_);
  }
  // The due lines as "2x payload".
  std::vector<std::string> Due() {
    table_.TakeDue(clock_.Monotonic(), due_);
    return TakeCounts();
  }
  std::vector<std::string> TakeCounts() {
    std::vector<std::string> out;
    for (const RepeatedLine& line : due_) {
      out.push_back(std::to_string(line.count) + "x " + line.payload);
    }
    due_.clear();
    return out;
  }

  FakeClock clock_;
  LoggerRegistry registry_{{}, clock_};
  RepeatTable table_;
  std::vector<RepeatedLine> due_;
};

TEST_F(RepeatTableTest, WritesTheFirstAndCountsTheRest) {
  EXPECT_EQ(Note("a"), 1U);
  EXPECT_EQ(Note("a"), 0U);
  EXPECT_EQ(Note("b"), 1U);
  EXPECT_EQ(Note("a"), 0U);
  EXPECT_THAT(Due(), IsEmpty());
  clock_.Advance(10min);
  EXPECT_THAT(Due(), ElementsAre("2x a"));
  EXPECT_THAT(Due(), IsEmpty());
}

TEST_F(RepeatTableTest, SumsUpEveryTenMinutesForAsLongAsItLasts) {
  EXPECT_EQ(Note("a"), 1U);
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(5min);
    EXPECT_EQ(Note("a"), 0U);
    EXPECT_THAT(Due(), IsEmpty());
    clock_.Advance(5min);
    EXPECT_THAT(Due(), ElementsAre("1x a"));
  }
}

TEST_F(RepeatTableTest, EveryLineHasItsOwnTenMinutes) {
  Note("a");
  Note("a");
  clock_.Advance(1min);
  Note("b");
  Note("b");
  clock_.Advance(9min);
  EXPECT_THAT(Due(), ElementsAre("1x a"));
  EXPECT_EQ(table_.next_due(), clock_.Monotonic() + 1min);
  clock_.Advance(1min);
  EXPECT_THAT(Due(), ElementsAre("1x b"));
}

TEST_F(RepeatTableTest, ForgetsWhatDoesNotComeAgain) {
  EXPECT_EQ(Note("a"), 1U);
  EXPECT_EQ(table_.next_due(), clock_.Monotonic() + 10min);
  clock_.Advance(10min);
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_EQ(table_.size(), 0U);
  EXPECT_FALSE(table_.next_due());
  EXPECT_EQ(Note("a"), 1U);
}

TEST_F(RepeatTableTest, CountsWithoutATickToo) {
  EXPECT_EQ(Note("a"), 1U);
  EXPECT_EQ(Note("a"), 0U);
  EXPECT_EQ(Note("a"), 0U);
  clock_.Advance(11min);
  EXPECT_EQ(Note("a"), 3U);
  EXPECT_EQ(Note("a"), 0U);
  clock_.Advance(10min);
  EXPECT_THAT(Due(), ElementsAre("1x a"));
}

TEST_F(RepeatTableTest, IsBoundedInLines) {
  EXPECT_EQ(Note("first"), 1U);
  EXPECT_EQ(Note("first"), 0U);
  EXPECT_EQ(Note("second"), 1U);
  for (std::size_t i = 0; i < RepeatTable::kMaxLines; ++i) {
    EXPECT_EQ(Note("line " + std::to_string(i)), 1U);
  }
  EXPECT_EQ(table_.size(), RepeatTable::kMaxLines);
  EXPECT_THAT(TakeCounts(), ElementsAre("1x first"));
  EXPECT_EQ(Note("first"), 1U);
}

TEST_F(RepeatTableTest, IsBoundedInBytes) {
  for (int i = 0; i < 1000; ++i) Note(std::to_string(i) + std::string(4000, 'x'));
  EXPECT_LE(table_.size() * 4000, RepeatTable::kMaxBytes);
  EXPECT_GE(table_.size(), 60U);
}

TEST_F(RepeatTableTest, GivesAllCountsAwayAtTheEnd) {
  Note("a");
  Note("b");
  Note("b");
  table_.TakeAll(due_);
  EXPECT_THAT(TakeCounts(), ElementsAre("1x b"));
  EXPECT_EQ(table_.size(), 0U);
}

}  // namespace
}  // namespace hostpulse
