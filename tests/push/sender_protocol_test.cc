#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "remote_write_v2.pb.h"
#include "tests/push/sender_fixture.h"

namespace hostpulse::push {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Answer;
using test::ScriptedAnswer;
using testing::HasSubstr;

// What a receiver that knows remote write 2.0 answers.
ScriptedAnswer Written(int status, int samples) {
  return Answer(status, {"X-Prometheus-Remote-Write-Samples-Written: " + std::to_string(samples)});
}

class SenderProtocolTest : public test::SenderTest {
 protected:
  SenderProtocolTest() {
    options_.protobuf_message = kAuto;
    options_.compression = kAuto;
  }

  // What each request was, by the headers: 2 for remote write 2.0, z for zstd, 1 for 1.0.
  std::string Protocols() {
    std::string all;
    for (const auto& request : receiver_.Requests()) {
      const auto& headers = request.headers;
      if (headers.at("content-encoding") == "zstd") {
        all += 'z';
      } else {
        all += headers.at("x-prometheus-remote-write-version") == "2.0.0" ? '2' : '1';
      }
    }
    return all;
  }
};

TEST_F(SenderProtocolTest, StaysWithRemoteWrite2WhereItsSamplesAreWritten) {
  receiver_.SetUsual(Written(204, 3));
  options_.metadata_config.send = true;
  Start();
  Append();
  ASSERT_TRUE(Drained());
  Append();
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Protocols(), "22") << "metadata needs no request of its own";
  const auto request = receiver_.Requests()[0];
  EXPECT_EQ(request.headers.at("content-type"),
            "application/x-protobuf;proto=io.prometheus.write.v2.Request");
  const auto first = test::DecodeV2(request.body);
  ASSERT_EQ(first.timeseries_size(), 3);
  EXPECT_EQ(first.symbols(static_cast<int>(first.timeseries(0).metadata().help_ref())), "Help.");
  const auto second = test::DecodeV2(receiver_.Requests()[1].body);
  EXPECT_EQ(second.timeseries(0).metadata().help_ref(), 0U) << "not again so soon";
  EXPECT_EQ(Metric("protocol", "remote-write-2.0"), 1);
  EXPECT_EQ(sender_->Report().protocol, "remote-write-2.0");
  ExpectBalanced();
}

TEST_F(SenderProtocolTest, AnAnswerWithoutTheWrittenHeaderMeansThatTheSamplesAreGone) {
  receiver_.Script({Answer(204), Answer(400)});  // As Prometheus before 2.54 answers.
  Start();
  Append();
  ASSERT_TRUE(Drained());
  Append();
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Protocols(), "2z11");
  EXPECT_EQ(Metric("samples_acked_total"), 6);
  EXPECT_EQ(Metric("samples_rejected_total"), 0);
  EXPECT_EQ(Metric("protocol", "remote-write-1.0"), 1);
  EXPECT_EQ(Metric("protocol"), 1) << "one series a destination";
  const auto points = test::SeriesOf(test::Decode(receiver_.Requests()[2].body))["m1{}"];
  EXPECT_EQ(points.size(), 1U) << "the same samples again";
  ExpectBalanced();
}

TEST_F(SenderProtocolTest, VictoriaMetricsTakesZstd) {
  receiver_.Script({Answer(204)});
  Start();
  Append();
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Protocols(), "2z");
  const auto request = receiver_.Requests()[1];
  EXPECT_EQ(request.headers.at("x-victoriametrics-remote-write-version"), "1");
  EXPECT_EQ(test::SeriesOf(test::DecodeZstd(request.body))["m1{}"].size(), 1U);
  EXPECT_EQ(Metric("protocol", "victoriametrics-zstd"), 1);
}

TEST_F(SenderProtocolTest, AReceiverMayRefuseByStatus415) {
  receiver_.Script({Answer(415), Answer(415)});
  Start();
  Append();
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Protocols(), "2z1");
  EXPECT_EQ(Metric("samples_acked_total"), 3);
}

TEST_F(SenderProtocolTest, SamplesThatAreRefusedInEveryProtocolDoNotChangeIt) {
  options_.compression = kSnappy;
  receiver_.SetUsual(Written(204, 3));
  receiver_.Script({Written(204, 3), Answer(400), Answer(400)});
  Start();
  for (int i = 0; i < 3; ++i) {
    Append();
    ASSERT_TRUE(Drained());
  }
  sender_->Stop();
  EXPECT_EQ(Protocols(), "2212");
  EXPECT_EQ(Metric("samples_acked_total"), 6);
  EXPECT_EQ(Metric("samples_rejected_total"), 3);
  ExpectBalanced();
}

TEST_F(SenderProtocolTest, APartialWriteIsBookedAsThat) {
  receiver_.Script({Written(400, 2)});
  receiver_.SetUsual(Written(204, 3));
  Start();
  Append();
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Protocols(), "2");
  EXPECT_EQ(Metric("samples_acked_total"), 2);
  EXPECT_EQ(Metric("samples_rejected_total"), 1);
  ExpectBalanced();
}

TEST_F(SenderProtocolTest, AProtocolThatIsConfiguredIsNotLeftAndNothingLost) {
  options_.protobuf_message = kMessage2;
  receiver_.Script({Answer(204), Answer(415), Written(204, 3)});
  Start();
  Append();
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Protocols(), "222");
  EXPECT_EQ(Metric("samples_acked_total"), 3);
  EXPECT_THAT(log_.Take(), HasSubstr("set protobuf_message and compression to auto"));
  ExpectBalanced();
}

class SenderResumeTest : public test::SenderTest {};

// Prometheus refuses a request that it had already, or of which it had a part.
TEST_F(SenderResumeTest, ARefusalAfterALostAnswerIsNoLoss) {
  ScriptedAnswer lost;
  lost.raw = "HTTP/1.1 2";
  receiver_.Script({lost, Answer(400)});
  Start();
  Append();
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Metric("samples_delivered_unknown_total"), 3);
  EXPECT_EQ(Metric("samples_rejected_total"), 0);
  ExpectBalanced();
}

TEST_F(SenderResumeTest, ARefusalAfterNobodyWasThereIsOne) {
  ScriptedAnswer busy = Answer(503);
  receiver_.Script({busy, Answer(400)});
  Start();
  Append();
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Metric("samples_rejected_total"), 3);
  EXPECT_EQ(Metric("samples_delivered_unknown_total"), 0);
}

TEST_F(SenderResumeTest, TheFirstBatchIsSentPieceByPieceWhereItIsRefused) {
  auto before = queue_.Open("primary");
  for (int i = 0; i < 5; ++i) Append();
  // All; then the first two, which had arrived, and the others.
  receiver_.Script({Answer(400), Answer(400), Answer(400)});
  Start();
  ASSERT_TRUE(Drained());
  Append();
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(receiver_.Requests().size(), 7U);
  EXPECT_EQ(Metric("samples_delivered_unknown_total"), 6);
  EXPECT_EQ(Metric("samples_acked_total"), 12);
  EXPECT_EQ(Metric("samples_rejected_total"), 0);
  ExpectBalanced();
}

TEST_F(SenderResumeTest, OnlyTheFirstBatchIsInDoubt) {
  auto before = queue_.Open("primary");
  Append();
  receiver_.Script({Answer(204), Answer(400)});
  Start();
  ASSERT_TRUE(Drained());
  Append();
  ASSERT_TRUE(Drained());
  sender_->Stop();
  EXPECT_EQ(Metric("samples_rejected_total"), 3);
}

}  // namespace
}  // namespace hostpulse::push
