#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "push/heartbeat.h"
#include "tests/push/sender_fixture.h"

namespace hostpulse::push {
namespace {

using std::chrono::milliseconds;
using test::Answer;
using test::ScriptedAnswer;
using testing::HasSubstr;

constexpr char kUp[] = "up{instance=\"a\",job=\"node\"}";

// A receiver that is away for an outage, with collections of the heartbeat and three series.
class SenderCatchUpTest : public test::SenderTest {
 protected:
  SenderCatchUpTest() {
    timing_.collection_interval = milliseconds(1);  // So that the pace is no limit.
    timing_.catch_up.outage = milliseconds(20);
    timing_.catch_up.spread = milliseconds(2);
    // Five collections go together, however slowly they are appended.
    options_.queue_config.max_samples_per_send = 15;
    options_.queue_config.batch_send_deadline = std::chrono::hours(2);
    Away(503);
  }

  void Away(int status) { receiver_.SetUsual(Answer(status)); }
  void ComeBack(std::deque<ScriptedAnswer> answers) {
    std::this_thread::sleep_for(2 * timing_.catch_up.outage);
    answers_from_ = receiver_.Requests().size();
    receiver_.SetUsual(Answer(204));
    receiver_.Script(std::move(answers));
  }

  // A collection with the heartbeat, `age` ago.
  void AppendWithHeartbeat(std::chrono::nanoseconds age) {
    std::vector<SeriesPtr> added;
    if (known_ == 0) {
      Series up = *HeartbeatBatch(labels_, 0).series[0].series;
      up.id = 1;
      added = {std::make_shared<const Series>(up), MakeSeries(2), MakeSeries(3)};
      known_ = 3;
    }
    const double value = ++appended_;
    newest_ms_ = ToUnixMillis(clock_.Now() - age);
    const std::vector<SeriesValue> values = {{1, 1}, {2, value}, {3, value}};
    ASSERT_TRUE(queue_.Append({newest_ms_, added, values, {}}).ok());
  }

  // The series of each request since the receiver came back.
  std::vector<std::map<std::string, test::Points>> Answered() {
    std::vector<std::map<std::string, test::Points>> all;
    auto requests = receiver_.Requests();
    for (std::size_t i = FirstAnswered(requests); i < requests.size(); ++i) {
      all.push_back(test::SeriesOf(test::Decode(requests[i].body)));
    }
    return all;
  }
  // A request may have been on its way when the receiver came back.
  std::size_t FirstAnswered(const std::vector<hostpulse::test::ReceivedRequest>& requests) const {
    std::size_t at = answers_from_;
    while (at < requests.size() && test::Decode(requests[at].body).timeseries_size() > 1) ++at;
    return at;
  }

  std::size_t answers_from_ = 0;
  std::int64_t newest_ms_ = 0;
};

TEST_F(SenderCatchUpTest, TheNewestHeartbeatGoesAheadOfTheBacklog) {
  Start();
  for (int age = 5; age > 0; --age) AppendWithHeartbeat(std::chrono::seconds(age));
  ComeBack({});
  ASSERT_TRUE(Drained());
  sender_->Stop();
  const auto answered = Answered();
  ASSERT_GE(answered.size(), 2U);
  ASSERT_EQ(answered[0].size(), 1U);
  EXPECT_EQ(answered[0].at(kUp), (test::Points{{newest_ms_, test::Bits(1)}}));
  EXPECT_EQ(answered[1].at(kUp).size(), 5U) << "this receiver takes them in any order";
  EXPECT_EQ(answered[1].at("m2{}").size(), 5U);
  EXPECT_EQ(Metric("samples_acked_total"), 15) << "the heartbeat ahead is none of them";
  EXPECT_EQ(Metric("samples_dropped_total"), 0);
  ExpectBalanced();
  EXPECT_THAT(log_.Take(), HasSubstr("samples accepted"));
}

TEST_F(SenderCatchUpTest, HeartbeatsThatAreRefusedForOneAheadAreLeftOut) {
  Start();
  for (int age = 5; age > 0; --age) AppendWithHeartbeat(std::chrono::seconds(age));
  ComeBack({Answer(204), Answer(400)});
  ASSERT_TRUE(Drained());
  receiver_.SetUsual(Answer(204));
  for (int age = 5; age > 0; --age) AppendWithHeartbeat(milliseconds(age));
  ASSERT_TRUE(Drained());
  sender_->Stop();
  const auto answered = Answered();
  ASSERT_GE(answered.size(), 4U);
  EXPECT_EQ(answered[2].count(kUp), 0U);
  EXPECT_EQ(answered[2].at("m2{}").size(), 5U);
  EXPECT_EQ(answered[3].at(kUp).size(), 5U) << "later ones are sent as ever";
  EXPECT_EQ(Metric("samples_acked_total"), 25);
  EXPECT_EQ(Metric("samples_dropped_total", "heartbeat"), 5);
  EXPECT_EQ(Metric("samples_rejected_total"), 0);
  ExpectBalanced();
}

TEST_F(SenderCatchUpTest, SamplesThatAreRefusedForThemselvesAreRejected) {
  Start();
  for (int age = 5; age > 0; --age) AppendWithHeartbeat(std::chrono::seconds(age));
  ComeBack({Answer(204), Answer(400), Answer(400)});
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Metric("samples_rejected_total") + Metric("samples_dropped_total", "heartbeat"), 15);
  EXPECT_GT(Metric("samples_rejected_total"), 0);
  ExpectBalanced();
}

TEST_F(SenderCatchUpTest, ReceiversOfRemoteWrite2KeepTheRestThemselves) {
  options_.protobuf_message = kMessage2;
  const auto written = [](int status, int samples) {
    return Answer(status,
                  {"X-Prometheus-Remote-Write-Samples-Written: " + std::to_string(samples)});
  };
  Start();
  for (int age = 5; age > 0; --age) AppendWithHeartbeat(std::chrono::seconds(age));
  std::this_thread::sleep_for(2 * timing_.catch_up.outage);
  receiver_.Script({written(204, 1), written(400, 10)});
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Metric("samples_acked_total"), 10);
  EXPECT_EQ(Metric("samples_dropped_total", "heartbeat"), 5);
  ExpectBalanced();
}

TEST_F(SenderCatchUpTest, ABacklogOfAnEarlierProcessIsAnnouncedToo) {
  for (int age = 5; age > 0; --age) AppendWithHeartbeat(std::chrono::seconds(age));
  queue_.Open("primary");
  for (int age = 5; age > 0; --age) AppendWithHeartbeat(std::chrono::seconds(age));
  receiver_.SetUsual(Answer(204));
  Start();
  ASSERT_TRUE(Drained());
  sender_->Stop();
  ASSERT_FALSE(Answered().empty());
  EXPECT_EQ(Answered()[0].size(), 1U);
}

TEST_F(SenderCatchUpTest, RelabellingMayTakeTheHeartbeatAway) {
  RelabelConfig drop;
  drop.source_labels = {"__name__"};
  drop.regex = "up";
  drop.action = RelabelAction::kDrop;
  options_.write_relabel_configs = {drop};
  Start();
  for (int age = 5; age > 0; --age) AppendWithHeartbeat(std::chrono::seconds(age));
  std::this_thread::sleep_for(2 * timing_.catch_up.outage);
  receiver_.SetUsual(Answer(204));
  ASSERT_TRUE(Drained());
  sender_->Stop();
  for (const auto& request : receiver_.Requests()) {
    EXPECT_EQ(test::SeriesOf(test::Decode(request.body)).count(kUp), 0U);
  }
  EXPECT_EQ(Metric("samples_acked_total"), 10);
  ExpectBalanced();
}

// Prometheus' limit of an hour.
class SenderAgeLimitTest : public SenderCatchUpTest {
 protected:
  SenderAgeLimitTest() {
    timing_.catch_up.outage = std::chrono::hours(24);
    receiver_.SetUsual(Answer(204));
  }
};

TEST_F(SenderAgeLimitTest, ABatchThatReachesBackAnHourIsSentPieceByPiece) {
  receiver_.Script({Answer(503), Answer(400), Answer(400)});
  options_.queue_config.min_backoff = milliseconds(50);
  Start();
  for (int minute = 62; minute >= 58; --minute) AppendWithHeartbeat(std::chrono::minutes(minute));
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Metric("samples_rejected_total"), 3) << "one collection";
  EXPECT_EQ(Metric("samples_acked_total"), 12);
  ExpectBalanced();
  EXPECT_THAT(log_.Take(), HasSubstr("out_of_order_time_window"));
}

TEST_F(SenderAgeLimitTest, ABatchThatIsYoungIsRefusedAsAWhole) {
  receiver_.Script({Answer(503), Answer(400)});
  options_.queue_config.min_backoff = milliseconds(50);
  Start();
  for (int minute = 5; minute > 0; --minute) AppendWithHeartbeat(std::chrono::minutes(minute));
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_GT(Metric("samples_rejected_total"), 0);
  ExpectBalanced();
  EXPECT_THAT(log_.Take(), testing::Not(HasSubstr("out_of_order_time_window")));
}

TEST_F(SenderAgeLimitTest, ABacklogOfManySmallCollectionsDoesNotWaitToFillABatch) {
  options_.queue_config.max_samples_per_send = 10'000;
  options_.queue_config.batch_send_deadline = std::chrono::seconds(100);
  timing_.collection_interval = std::chrono::seconds(1);
  Start();
  for (int second = 500; second > 200; --second) {
    AppendWithHeartbeat(std::chrono::seconds(second));
  }
  EXPECT_TRUE(Drained());
  sender_->Stop();
}

}  // namespace
}  // namespace hostpulse::push
