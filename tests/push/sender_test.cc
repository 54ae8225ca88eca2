#include "push/sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/push/sender_fixture.h"

namespace hostpulse::push {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Answer;
using test::Decode;
using test::ScriptedAnswer;
using test::SenderTest;
using test::SeriesOf;
using testing::HasSubstr;

TEST_F(SenderTest, SendsInOrderAndKeepsBalancedBooks) {
  Start();
  for (int i = 0; i < 20; ++i) Append();
  ASSERT_TRUE(Drained());
  ExpectFirstSeries(20);
  sender_->Stop();
  EXPECT_EQ(Metric("samples_acked_total"), 60);
  EXPECT_GT(Metric("last_success_timestamp_seconds"), 1e9);
  EXPECT_EQ(Metric("oldest_unsent_timestamp_seconds"), 0);
  ExpectBalanced();
  EXPECT_EQ(sender_->Report().state, "up to date");
}

TEST_F(SenderTest, TheSameBytesUntilTheyAreAccepted) {
  ScriptedAnswer reset;
  reset.reset = true;
  // Only a fresh connection that is reset counts: on a kept one libcurl asks again by itself.
  receiver_.Script({reset, Answer(503), Answer(429), Answer(500)});
  Start();
  Append();
  ASSERT_TRUE(Drained());
  sender_->Stop();
  const auto requests = receiver_.Requests();
  ASSERT_EQ(requests.size(), 5);
  for (const auto& request : requests) EXPECT_EQ(request.body, requests[0].body);
  EXPECT_EQ(Metric("retries_total"), 4);
  EXPECT_EQ(Metric("requests_total", "503"), 1);
  EXPECT_EQ(Metric("requests_total", "none"), 1);
  EXPECT_EQ(Metric("requests_total", "204"), 1);
  EXPECT_EQ(Metric("samples_acked_total"), 3);
  ExpectBalanced();
  EXPECT_THAT(log_.Take(), HasSubstr("a request failed and is made again"));
}

TEST_F(SenderTest, WhileItFailsNothingIsLostAndThenSeveralTimestampsGoTogether) {
  receiver_.SetUsual(Answer(503));
  Start();
  Append();
  ASSERT_TRUE(receiver_.WaitForRequests(2));
  for (int i = 1; i < 10; ++i) Append();
  EXPECT_EQ(sender_->Report().state, "retrying");
  EXPECT_EQ(sender_->Report().last_error, "HTTP 503: because");
  receiver_.SetUsual(Answer(204));
  ASSERT_TRUE(Drained());
  sender_->Stop();
  const auto last = Decode(receiver_.Requests().back().body);
  EXPECT_EQ(last.timeseries(0).samples_size(), 9);
  EXPECT_EQ(Metric("samples_acked_total"), 30);
  EXPECT_EQ(sender_->Report().last_error, "");
}

TEST_F(SenderTest, RejectedSamplesAreCountedAndTheNextOnesSent) {
  receiver_.Script({Answer(400)});
  Start();
  Append();
  ASSERT_TRUE(Drained());
  Append();
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(receiver_.Requests().size(), 2);
  EXPECT_EQ(Metric("samples_rejected_total"), 3);
  EXPECT_EQ(Metric("samples_acked_total"), 3);
  ExpectBalanced();
}

TEST_F(SenderTest, HoldsWhatItMayNotDeliverAndProbes) {
  receiver_.SetUsual(Answer(401));
  Start();
  Append();
  ASSERT_TRUE(receiver_.WaitForRequests(3));
  EXPECT_EQ(sender_->Report().backlog_samples, 3);
  receiver_.SetUsual(Answer(204));
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Metric("samples_acked_total"), 3);
  EXPECT_EQ(Metric("samples_rejected_total"), 0);
}

TEST_F(SenderTest, TooLargeRequestsAreHalved) {
  receiver_.Script({Answer(413), Answer(413)});
  Start();
  Append(1000);
  ASSERT_TRUE(Drained());
  sender_->Stop();
  const auto requests = receiver_.Requests();
  EXPECT_EQ(Decode(requests[1].body).timeseries_size(), 500);
  EXPECT_EQ(Decode(requests[2].body).timeseries_size(), 250);
  EXPECT_EQ(Metric("samples_acked_total"), 1000);
  ExpectBalanced();
}

TEST_F(SenderTest, ASmallRequestThatIsTooLargeIsGivenUp) {
  receiver_.SetUsual(Answer(413));
  Start();
  Append(300);
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Metric("samples_rejected_total"), 300);
  ExpectBalanced();
}

TEST_F(SenderTest, ACollectionLargerThanARequestIsSplit) {
  options_.queue_config.max_samples_per_send = 40;
  Start();
  Append(100);
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(receiver_.Requests().size(), 3);
  EXPECT_EQ(SeriesOf(receiver_.Requests()).size(), 100);
}

TEST_F(SenderTest, RelabellingAndAgeAreCountedAsDrops) {
  RelabelConfig rule;
  rule.action = RelabelAction::kDrop;
  rule.source_labels = {"__name__"};
  rule.regex = "m1";
  options_.write_relabel_configs = {rule};
  options_.queue_config.sample_age_limit = seconds(990);
  receiver_.SetUsual(Answer(204));
  for (int i = 0; i < 2; ++i) queue_.Open("primary");
  for (int i = 0; i < 20; ++i) Append();  // Ten of them are older than the limit.
  Start();
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Metric("samples_dropped_total", "relabel"), 20);
  EXPECT_GE(Metric("samples_dropped_total", "sample_age_limit"), 18);
  ExpectBalanced();
  EXPECT_FALSE(SeriesOf(receiver_.Requests()).contains("m1{}"));
}

TEST_F(SenderTest, MetadataFollowsTheFirstSamplesAndThenItsInterval) {
  options_.metadata_config.send = true;
  Start();
  Append();
  ASSERT_TRUE(receiver_.WaitForRequests(2));
  Append();
  ASSERT_TRUE(receiver_.WaitForRequests(3));
  ASSERT_TRUE(Drained());
  sender_->Stop();
  const auto requests = receiver_.Requests();
  ASSERT_EQ(requests.size(), 3);
  EXPECT_EQ(Decode(requests[0].body).metadata_size(), 0);
  EXPECT_EQ(Decode(requests[1].body).metadata_size(), 3);
  EXPECT_EQ(Decode(requests[2].body).metadata_size(), 0);
}

TEST_F(SenderTest, ABatchIsClosedByItsDeadline) {
  first_ms_ = ToUnixMillis(clock_.Now());
  options_.queue_config.batch_send_deadline = milliseconds(20);
  timing_.collection_interval = milliseconds(1);
  Start();
  Append();
  ASSERT_TRUE(Drained());
}

TEST_F(SenderTest, AFullBatchDoesNotWait) {
  first_ms_ = ToUnixMillis(clock_.Now());
  options_.queue_config.batch_send_deadline = std::chrono::hours(1);
  options_.queue_config.max_samples_per_send = 6;
  timing_.collection_interval = milliseconds(1);
  Start();
  Append();
  Append();
  ASSERT_TRUE(Drained());
}

TEST_F(SenderTest, StoppingSendsWhatIsThereOnceMore) {
  first_ms_ = ToUnixMillis(clock_.Now());
  options_.queue_config.batch_send_deadline = std::chrono::hours(1);
  timing_.collection_interval = milliseconds(1);
  Start();
  for (int i = 0; i < 5; ++i) Append();
  sender_->Stop();
  EXPECT_EQ(receiver_.Requests().size(), 1) << "frequent collections wait for one another";
  ExpectFirstSeries(5);
  EXPECT_EQ(sender_->Report().backlog_samples, 0);
}

TEST_F(SenderTest, StoppingDoesNotWaitForAReceiverThatHangs) {
  ScriptedAnswer hang;
  hang.delay = seconds(30);
  receiver_.SetUsual(hang);
  timing_.last_attempt = milliseconds(100);
  Start();
  Append();
  ASSERT_TRUE(receiver_.WaitForRequests(1));
  const auto start = std::chrono::steady_clock::now();
  sender_->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(5));
  EXPECT_EQ(sender_->Report().backlog_samples, 3);
  EXPECT_THAT(log_.Take(), HasSubstr("stopped with samples not sent"));
}

TEST_F(SenderTest, StoppingEndsALongBackoffWithOneMoreAttempt) {
  options_.queue_config.min_backoff = std::chrono::hours(1);
  options_.queue_config.max_backoff = std::chrono::hours(1);
  receiver_.Script({Answer(503)});
  Start();
  Append();
  ASSERT_TRUE(receiver_.WaitForRequests(1));
  sender_->Stop();
  EXPECT_EQ(receiver_.Requests().size(), 2);
  EXPECT_EQ(Metric("samples_acked_total"), 3);
}

TEST_F(SenderTest, RetryAfterIsShownAndKept) {
  receiver_.Script({Answer(503, {"Retry-After: 200"})});
  Start();
  Append();
  ASSERT_TRUE(receiver_.WaitForRequests(1));
  const auto deadline = std::chrono::steady_clock::now() + seconds(10);
  while (!sender_->Report().next_try_in && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  const auto next = sender_->Report().next_try_in;
  ASSERT_TRUE(next);
  EXPECT_GT(*next, seconds(150));
  EXPECT_GE(Metric("backoff_seconds"), 200);
}

}  // namespace
}  // namespace hostpulse::push
