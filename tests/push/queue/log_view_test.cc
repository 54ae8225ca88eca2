#include "push/queue/log_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "push/queue/dump.h"
#include "push/queue/log_check.h"
#include "push/series_table.h"
#include "tests/push/queue/queue_fixture.h"

namespace hostpulse::push {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class LogViewTest : public test::DiskQueueTest {
 protected:
  std::unique_ptr<LogView> View(bool refused = false) const {
    auto view = LogView::Open(options_.dir, refused);
    EXPECT_TRUE(view.ok()) << view.status().message();
    return std::move(view).value();
  }
  static std::size_t Count(const LogView& view, const LogFilter& filter = {}) {
    std::size_t count = 0;
    view.ForEach(filter, [&](const LoggedCollection&) { return ++count > 0; });
    return count;
  }
  std::string Dump(Status (*dump)(const LogView&, const LogFilter&, const DumpSink&)) const {
    std::string all;
    const Status status = dump(*View(), {}, [&](std::string_view text) {
      all += text;
      return true;
    });
    EXPECT_EQ(status, Status());
    return all;
  }
  void AppendValues(const std::map<std::string, double>& values) {
    ASSERT_EQ(queue_->Append(source_.Make(values)), Status());
  }
};

TEST_F(LogViewTest, SeesWhatTheQueueHasWhileItIsOpen) {
  ASSERT_EQ(Open(), Status());
  Append(20);
  const auto view = View();
  EXPECT_TRUE(view->locked());
  EXPECT_EQ(Count(*view), 20U);
  Append(5);
  EXPECT_EQ(Count(*view), 20U) << "as it was when it was listed";
  EXPECT_EQ(Count(*View()), 25U);
  Close();
  EXPECT_FALSE(View()->locked());
}

TEST_F(LogViewTest, BatchesAreWhatACursorGives) {
  ASSERT_EQ(Open(), Status());
  Append(50);
  std::vector<test::Expected> seen;
  EXPECT_TRUE(ForEachBatch(*View(), {}, 20, [&](const Batch& batch) {
    EXPECT_LE(batch.samples.size(), 20U);
    for (const test::Expected& one : test::CollectionsOf(batch)) seen.push_back(one);
    return true;
  }));
  EXPECT_EQ(seen, appended_);
  int batches = 0;
  EXPECT_FALSE(ForEachBatch(*View(), {}, 20, [&](const Batch&) { return ++batches < 2; }));
  EXPECT_EQ(batches, 2) << "until it is enough";
}

TEST_F(LogViewTest, FiltersByTimeAndPlace) {
  ASSERT_EQ(Open(), Status());
  Append(10);
  const auto view = View();
  LogFilter filter;
  filter.since_ms = appended_[3].timestamp_ms;
  EXPECT_EQ(Count(*view, filter), 7U);
  filter.until_ms = appended_[5].timestamp_ms;
  EXPECT_EQ(Count(*view, filter), 2U);
  Batch batch;
  ASSERT_TRUE(cursor_->Peek({.max_samples = 1'000, .max_collections = 4}, batch));
  cursor_->Ack(batch.last_sequence);
  Close();
  const auto later = View();
  ASSERT_THAT(later->cursors(), SizeIs(1));
  const CursorView* const place = later->FindCursor(later->cursors()[0].destination);
  ASSERT_NE(place, nullptr);
  EXPECT_EQ(Count(*later, {.after_sequence = place->acked}), 6U);
  EXPECT_EQ(later->FindCursor("nobody"), nullptr);
}

TEST_F(LogViewTest, RefusedSegmentsAreReadWhereTheyAreWanted) {
  options_.max_bytes = std::uint64_t{1} << 20;
  ASSERT_EQ(Open(), Status());
  Append(3);
  Batch batch;
  ASSERT_TRUE(cursor_->Peek({}, batch));
  cursor_->KeepRefused();
  EXPECT_EQ(Count(*View(true)), 3U) << "not twice";
  while (Segments().size() == 1) Append(20);
  Drain();
  ASSERT_EQ(Open(), Status());
  Append(1);
  ASSERT_THAT(Segments(), SizeIs(1));
  EXPECT_EQ(Count(*View(false)), 1U);
  EXPECT_GT(Count(*View(true)), 100U);
}

TEST_F(LogViewTest, ADirectoryThatIsNotThereIsAnError) {
  const auto view = LogView::Open("/nonexistent/queue", false);
  ASSERT_FALSE(view.ok());
  EXPECT_THAT(view.status().message(), HasSubstr("/nonexistent/queue"));
}

TEST_F(LogViewTest, CheckCountsWhatIsThereAndWhoHasWhat) {
  ASSERT_EQ(Open(), Status());
  Append(10);
  Batch batch;
  ASSERT_TRUE(cursor_->Peek({.max_samples = 1'000, .max_collections = 4}, batch));
  cursor_->Ack(batch.last_sequence);
  Close();
  const LogCheck check = CheckLog(*View());
  EXPECT_THAT(check.findings, IsEmpty());
  EXPECT_EQ(check.summary.collections, 10U);
  EXPECT_EQ(check.summary.samples, 30U);
  EXPECT_EQ(check.summary.living, 3U);
  EXPECT_EQ(check.summary.first_ms, appended_.front().timestamp_ms);
  EXPECT_EQ(check.summary.last_ms, appended_.back().timestamp_ms);
  ASSERT_THAT(check.backlogs, SizeIs(1));
  EXPECT_EQ(check.backlogs[0].collections, 6U);
  EXPECT_EQ(check.backlogs[0].samples, 18U);
  EXPECT_EQ(check.backlogs[0].oldest_ms, appended_[4].timestamp_ms);
}

TEST_F(LogViewTest, CheckNamesEveryKindOfDamage) {
  ASSERT_EQ(Open(), Status());
  Append(130);
  Close();
  const std::string name = Segments()[0];
  const std::string whole = ReadFile(name);
  const auto find = [&](const std::string& content) {
    WriteFile(name, content);
    return CheckLog(*View());
  };
  LogCheck torn = find(whole.substr(0, whole.size() - 9));
  ASSERT_THAT(torn.findings, SizeIs(1));
  EXPECT_EQ(torn.findings[0].kind, LogFinding::Kind::kTornTail);
  EXPECT_EQ(torn.summary.collections, 129U);

  std::string flipped = whole;
  flipped[whole.size() / 2] ^= 1;
  LogCheck damaged = find(flipped);
  ASSERT_THAT(damaged.findings, Not(IsEmpty()));
  EXPECT_EQ(damaged.findings[0].kind, LogFinding::Kind::kDamaged);
  EXPECT_THAT(damaged.findings[0].path, HasSubstr(name));
  EXPECT_GE(damaged.summary.collections, 70U) << "not more than from one KEY to the next";

  std::string header = whole;
  header[20] ^= 1;
  EXPECT_THAT(find(header).findings, SizeIs(1));
  EXPECT_EQ(find(header).summary.collections, 130U);
  EXPECT_THAT(find(whole).findings, IsEmpty());
}

TEST_F(LogViewTest, OpenMetricsHasEachMetricTogether) {
  ASSERT_EQ(Open(), Status());
  source_.now_ms = 1'700'000'000'000 - 1'000;
  source_.Add("a_total");
  source_.Add("b");
  AppendValues({{"a_total", 1}, {"b", 0.5}});
  AppendValues({{"a_total", 2}, {"b", std::numeric_limits<double>::infinity()}});
  source_.End("b");
  AppendValues({{"a_total", 3}});
  const std::string text = Dump(DumpOpenMetrics);
  EXPECT_EQ(text,
            "# TYPE a_total gauge\n# HELP a_total Help of a_total\n"
            "a_total{job=\"node\"} 1 1700000000.000\n"
            "a_total{job=\"node\"} 2 1700000001.000\n"
            "a_total{job=\"node\"} 3 1700000002.000\n"
            "# TYPE b gauge\n# HELP b Help of b\n"
            "b{job=\"node\"} 0.5 1700000000.000\n"
            "b{job=\"node\"} +Inf 1700000001.000\n"
            "# EOF\n");
}

TEST_F(LogViewTest, JsonLinesHaveTheirSpecialValues) {
  ASSERT_EQ(Open(), Status());
  source_.now_ms = 1'700'000'000'000 - 1'000;
  source_.Add("a");
  AppendValues({{"a", std::numeric_limits<double>::quiet_NaN()}});
  AppendValues({{"a", -std::numeric_limits<double>::infinity()}});
  AppendValues({{"a", 1.5}});
  source_.End("a");
  AppendValues({});
  EXPECT_EQ(Dump(DumpJsonLines),
            "{\"metric\":{\"__name__\":\"a\",\"job\":\"node\"},\"values\":[null,\"-Infinity\",1.5],"
            "\"timestamps\":[1700000000000,1700000001000,1700000002000]}\n");
}

TEST_F(LogViewTest, AFullOutputEndsADump) {
  ASSERT_EQ(Open(), Status());
  Append(3);
  const DumpSink full = [](std::string_view) { return false; };
  EXPECT_FALSE(DumpOpenMetrics(*View(), {}, full).ok());
  EXPECT_FALSE(DumpJsonLines(*View(), {}, full).ok());
}

}  // namespace
}  // namespace hostpulse::push
