#include "push/push_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "push/remote_write/protocol.h"
#include "tests/push/fake_source.h"
#include "tests/push/received.h"
#include "tests/support/log_capture.h"
#include "tests/support/scripted_receiver.h"
#include "tests/support/temp_dir.h"

namespace hostpulse::push {
namespace {

using hostpulse::test::ScriptedAnswer;
using hostpulse::test::ScriptedReceiver;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::SeriesOf;
using testing::HasSubstr;
using testing::IsEmpty;

const char* const kLoad = "load{instance=\"web\",job=\"node\"}";

class PushServiceTest : public testing::Test {
 protected:
  PushServiceTest() {
    options_.sampler.interval = milliseconds(20);
    options_.sampler.instance = "web";
    options_.queue.dir = dir_.path() + "/queue";
    source_.Set("load", 1.5);
  }
  DestinationOptions Destination(const std::string& name, const ScriptedReceiver& receiver) {
    DestinationOptions options;
    options.name = name;
    options.transport.url = receiver.Url();
    options.protobuf_message = kMessage1;
    options.compression = kSnappy;
    options.queue_config.batch_send_deadline = {};
    options.queue_config.min_backoff = milliseconds(1);
    options.queue_config.max_backoff = milliseconds(5);
    options.metadata_config.send = false;
    return options;
  }
  Status Start() {
    auto service = PushService::Create(options_, source_, clock_, loggers_, registry_);
    if (!service.ok()) return service.status();
    service_ = std::move(service).value();
    return {};
  }
  double Sum(const std::string& name) {
    double sum = 0;
    for (const auto& family : registry_.Collect()) {
      if (family.name != "hostpulse_push_" + name) continue;
      for (const auto& metric : family.metric) sum += metric.counter.value + metric.gauge.value;
    }
    return sum;
  }

  const SystemClock clock_;
  LogCapture log_;
  LoggerRegistry loggers_{LoggerRegistryOptions{LogLevel::kInfo, LogFormat::kLogfmt, log_.fd()},
                          clock_};
  test::FakeSource source_;
  prometheus::Registry registry_;
  ScriptedReceiver one_;
  ScriptedReceiver two_;
  const TempDir dir_;
  PushOptions options_;
  std::unique_ptr<PushService> service_;
};

TEST_F(PushServiceTest, WithoutDestinationsThereIsNothing) {
  ASSERT_EQ(Start(), Status());
  EXPECT_THAT(service_->Report(), IsEmpty());
  EXPECT_THAT(registry_.Collect(), IsEmpty());
}

TEST_F(PushServiceTest, EveryDestinationGetsEverything) {
  options_.destinations = {Destination("one", one_), Destination("two", two_)};
  ASSERT_EQ(Start(), Status());
  ASSERT_TRUE(one_.WaitForRequests(5));
  ASSERT_TRUE(two_.WaitForRequests(5));
  service_->Stop();
  auto first = SeriesOf(one_.Requests());
  auto second = SeriesOf(two_.Requests());
  ASSERT_EQ(first.size(), 2);
  for (const char* const name : {"up{instance=\"web\",job=\"node\"}", kLoad}) {
    ASSERT_EQ(first.count(name), 1);
    // The last attempt of one may have been cut short.
    const std::size_t common = std::min(first[name].size(), second[name].size());
    ASSERT_GE(common, 5);
    first[name].resize(common);
    second[name].resize(common);
    EXPECT_EQ(first[name], second[name]);
  }
}

TEST_F(PushServiceTest, ADestinationThatIsDownHoldsUpNobody) {
  ScriptedAnswer hang;
  hang.delay = seconds(30);
  one_.SetUsual(hang);
  options_.destinations = {Destination("one", one_), Destination("two", two_)};
  ASSERT_EQ(Start(), Status());
  ASSERT_TRUE(two_.WaitForRequests(5));
  const auto reports = service_->Report();
  ASSERT_EQ(reports.size(), 2);
  EXPECT_EQ(reports[0].name, "one");
  EXPECT_GT(reports[0].backlog_samples, 0);
  const auto start = std::chrono::steady_clock::now();
  service_->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(5));
  service_->Stop();
}

TEST_F(PushServiceTest, ReportsAllThatIsWrongAtOnce) {
  options_.destinations = {Destination("one", one_), Destination("one", two_)};
  options_.destinations[0].compression = "gzip";
  options_.destinations[1].transport.tls.min_version = "SSLv3";
  const Status status = Start();
  EXPECT_EQ(status.code(), ErrorCode::kInvalid);
  EXPECT_THAT(status.message(), HasSubstr("one: compression"));
  EXPECT_THAT(status.message(), HasSubstr("one: tls_config.min_version"));
  EXPECT_THAT(status.message(), HasSubstr("one: name: given to more than one"));
}

TEST_F(PushServiceTest, AReloadAddsAndRemovesDestinations) {
  options_.destinations = {Destination("one", one_)};
  ASSERT_EQ(Start(), Status());
  ASSERT_TRUE(one_.WaitForRequests(2));
  options_.destinations = {Destination("two", two_)};
  ASSERT_EQ(service_->Reload(options_), Status());
  const std::size_t before = one_.Requests().size();
  ASSERT_TRUE(two_.WaitForRequests(3));
  EXPECT_EQ(one_.Requests().size(), before);
  ASSERT_EQ(service_->Report().size(), 1);
  EXPECT_EQ(service_->Report()[0].name, "two");
  for (const auto& family : registry_.Collect()) {
    for (const auto& metric : family.metric) {
      for (const auto& label : metric.label) EXPECT_NE(label.value, "one") << family.name;
    }
  }
}

TEST_F(PushServiceTest, AnotherUrlKeepsThePlaceAndTheBooks) {
  ScriptedAnswer broken;
  broken.status = 503;
  one_.SetUsual(broken);
  options_.destinations = {Destination("primary", one_)};
  ASSERT_EQ(Start(), Status());
  ASSERT_TRUE(one_.WaitForRequests(3));
  options_.destinations = {Destination("primary", two_)};
  ASSERT_EQ(service_->Reload(options_), Status());
  ASSERT_TRUE(two_.WaitForRequests(3));
  service_->Stop();
  const auto never = SeriesOf(one_.Requests())[kLoad];
  const auto arrived = SeriesOf(two_.Requests())[kLoad];
  ASSERT_FALSE(never.empty());
  ASSERT_FALSE(arrived.empty());
  EXPECT_EQ(arrived.front(), never.front()) << "the oldest sample is still the first to be sent";
  for (std::size_t i = 1; i < arrived.size(); ++i) {
    EXPECT_GT(arrived[i].first, arrived[i - 1].first);
  }
}

TEST_F(PushServiceTest, ABadReloadChangesNothing) {
  options_.destinations = {Destination("one", one_)};
  ASSERT_EQ(Start(), Status());
  PushOptions bad = options_;
  bad.destinations[0].transport.url = "nonsense";
  EXPECT_EQ(service_->Reload(bad).code(), ErrorCode::kInvalid);
  ASSERT_TRUE(one_.WaitForRequests(3));
}

TEST_F(PushServiceTest, AReloadToNothingEndsPushing) {
  options_.destinations = {Destination("one", one_)};
  ASSERT_EQ(Start(), Status());
  ASSERT_TRUE(one_.WaitForRequests(1));
  options_.destinations.clear();
  ASSERT_EQ(service_->Reload(options_), Status());
  EXPECT_THAT(service_->Report(), IsEmpty());
  options_.destinations = {Destination("one", one_)};
  ASSERT_EQ(service_->Reload(options_), Status());
  EXPECT_TRUE(one_.WaitForRequests(one_.Requests().size() + 2));
}

TEST_F(PushServiceTest, OtherLabelsEndTheOldSeries) {
  options_.destinations = {Destination("one", one_)};
  ASSERT_EQ(Start(), Status());
  ASSERT_TRUE(one_.WaitForRequests(2));
  options_.sampler.job = "edge";
  ASSERT_EQ(service_->Reload(options_), Status());
  ASSERT_TRUE(one_.WaitForRequests(one_.Requests().size() + 3));
  service_->Stop();
  const auto series = SeriesOf(one_.Requests());
  EXPECT_EQ(series.at(kLoad).back().second, 0x7ff0000000000002);
  EXPECT_EQ(series.count("load{instance=\"web\",job=\"edge\"}"), 1);
}

TEST_F(PushServiceTest, UnnamedDestinationsGetTheirNames) {
  options_.destinations = {Destination("", one_)};
  ASSERT_EQ(Start(), Status());
  EXPECT_EQ(service_->Report()[0].name, DestinationName(one_.Url()));
  EXPECT_THAT(log_.Take(), HasSubstr("push.127-0-0-1-"));
}

TEST_F(PushServiceTest, CountsWhatItDoes) {
  options_.destinations = {Destination("one", one_)};
  ASSERT_EQ(Start(), Status());
  ASSERT_TRUE(one_.WaitForRequests(5));
  EXPECT_GE(Sum("collections_total"), 4);
  EXPECT_EQ(Sum("series"), 2);
  EXPECT_GT(Sum("queue_limit_bytes"), 0);
  EXPECT_EQ(Sum("collection_failures_total"), 0);
}

// What was queued for a receiver that was away is sent after a restart, and each sample once.
TEST_F(PushServiceTest, ARestartGoesOnWhereTheLastRunWas) {
  ScriptedAnswer away;
  away.status = 503;
  one_.SetUsual(away);
  options_.destinations = {Destination("one", one_)};
  ASSERT_EQ(Start(), Status());
  const auto appended = [&] { return Sum("collections_total"); };
  while (appended() < 5) std::this_thread::sleep_for(milliseconds(5));
  service_->Stop();
  service_.reset();
  one_.SetUsual({});
  const std::size_t before = one_.Requests().size();
  ASSERT_EQ(Start(), Status());
  ASSERT_TRUE(one_.WaitForRequests(before + 2));
  service_->Stop();
  const auto all = one_.Requests();
  const auto points =
      SeriesOf(std::vector(all.begin() + static_cast<std::ptrdiff_t>(before), all.end())).at(kLoad);
  EXPECT_GE(points.size(), 5U);
  for (std::size_t i = 1; i < points.size(); ++i) EXPECT_GT(points[i].first, points[i - 1].first);
}

TEST_F(PushServiceTest, WithoutItsDirectoryItPushesFromMemoryAndSaysSo) {
  options_.queue.dir = "/proc/queue";
  options_.destinations = {Destination("one", one_)};
  ASSERT_EQ(Start(), Status());
  EXPECT_TRUE(one_.WaitForRequests(2));
  EXPECT_EQ(Sum("queue_on_disk"), 0);
  EXPECT_THAT(log_.Take(), HasSubstr("a restart loses what was not sent"));
}

}  // namespace
}  // namespace hostpulse::push
