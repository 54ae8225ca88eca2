#include "push/gateway/gateway_pusher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/log/logger_registry.h"
#include "push/push_service.h"
#include "tests/push/fake_source.h"
#include "tests/support/log_capture.h"
#include "tests/support/scripted_receiver.h"
#include "tests/support/temp_dir.h"

namespace hostpulse::push {
namespace {

using hostpulse::test::ScriptedAnswer;
using hostpulse::test::ScriptedReceiver;
using testing::ElementsAre;
using testing::HasSubstr;

ScriptedAnswer Answer(int status) {
  ScriptedAnswer answer;
  answer.status = status;
  return answer;
}

class GatewayPusherTest : public testing::Test {
 protected:
  GatewayPusherTest() {
    options_.gateway.emplace().transport.url = receiver_.Url("");
    options_.sampler.interval = std::chrono::milliseconds(20);
    options_.sampler.instance = "web";
    source_.Set("load", 1.5);
    receiver_.SetUsual(Answer(202));
  }
  void Start() {
    auto service = PushService::Create(options_, source_, clock_, loggers_, registry_);
    ASSERT_EQ(service.status(), Status());
    service_ = std::move(service).value();
  }
  // The methods of all requests, each as often as it came in a row only once.
  std::vector<std::string> Methods() const {
    std::vector<std::string> methods;
    for (const auto& request : receiver_.Requests()) {
      if (methods.empty() || methods.back() != request.method) methods.push_back(request.method);
    }
    return methods;
  }
  double Sum(const std::string& name) {
    double sum = 0;
    for (const auto& family : registry_.Collect()) {
      if (family.name != "hostpulse_push_gateway_" + name) continue;
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
  ScriptedReceiver receiver_;
  PushOptions options_;
  std::unique_ptr<PushService> service_;
};

TEST_F(GatewayPusherTest, PushesAtOnceThenEachIntervalAndDeletesTheGroup) {
  Start();
  ASSERT_TRUE(receiver_.WaitForRequests(3));
  const auto reports = service_->Report();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].name, "pushgateway");
  EXPECT_EQ(reports[0].state, "up to date");
  service_->Stop();
  EXPECT_THAT(Methods(), ElementsAre("PUT", "DELETE"));
  EXPECT_EQ(Sum("requests_total"), receiver_.Requests().size());
  EXPECT_GT(Sum("last_success_timestamp_seconds"), 1e9);
  EXPECT_THAT(log_.Take(), HasSubstr("group deleted"));
  EXPECT_TRUE(service_->Report().empty());
}

TEST_F(GatewayPusherTest, TheFirstPushDoesNotWaitForTheInterval) {
  options_.sampler.interval = std::chrono::hours(1);
  Start();
  EXPECT_TRUE(receiver_.WaitForRequests(1));
  service_->Stop();
  EXPECT_THAT(Methods(), ElementsAre("PUT", "DELETE"));
}

TEST_F(GatewayPusherTest, AGroupThatIsKeptIsPushedALastTime) {
  options_.gateway->keep = true;
  options_.sampler.interval = std::chrono::hours(1);
  Start();
  ASSERT_TRUE(receiver_.WaitForRequests(1));
  source_.Set("load", 7);
  service_->Stop();
  EXPECT_THAT(Methods(), ElementsAre("PUT"));
  EXPECT_EQ(receiver_.Requests().size(), 2U);
}

TEST_F(GatewayPusherTest, TriesAgainBeforeTheNextTick) {
  options_.sampler.interval = std::chrono::hours(1);
  receiver_.Script({Answer(503)});
  Start();
  ASSERT_TRUE(receiver_.WaitForRequests(2));
  service_->Stop();
  const std::string log = log_.Take();
  EXPECT_THAT(log, HasSubstr("HTTP 503"));
  EXPECT_EQ(Sum("requests_total"), 3);
}

TEST_F(GatewayPusherTest, ACollectionThatFailsIsNotPushed) {
  source_.Fail(Status(ErrorCode::kIo, "no host"));
  Start();
  while (service_->Report()[0].last_error.empty()) std::this_thread::yield();
  EXPECT_EQ(service_->Report()[0].last_error, "no host");
  service_->Stop();
  EXPECT_THAT(Methods(), ElementsAre("DELETE"));
}

TEST_F(GatewayPusherTest, AReloadLeavesAGroupThatGoesOn) {
  Start();
  ASSERT_TRUE(receiver_.WaitForRequests(1));
  options_.sampler.interval = std::chrono::milliseconds(10);
  ASSERT_EQ(service_->Reload(options_), Status());
  EXPECT_THAT(Methods(), ElementsAre("PUT"));
  options_.sampler.instance = "other";
  ASSERT_EQ(service_->Reload(options_), Status());
  const auto deadline = clock_.Monotonic() + std::chrono::seconds(10);
  while (Methods().size() < 3 && clock_.Monotonic() < deadline) std::this_thread::yield();
  EXPECT_THAT(Methods(), ElementsAre("PUT", "DELETE", "PUT")) << "that is another group";
  options_.gateway.reset();
  ASSERT_EQ(service_->Reload(options_), Status());
  EXPECT_THAT(Methods(), ElementsAre("PUT", "DELETE", "PUT", "DELETE"));
  EXPECT_TRUE(service_->Report().empty());
}

TEST_F(GatewayPusherTest, GoesOnWhenTheDestinationsGo) {
  const TempDir dir;
  options_.queue.dir = dir.path() + "/queue";
  ScriptedReceiver other;
  options_.destinations.emplace_back().transport.url = other.Url();
  Start();
  ASSERT_TRUE(receiver_.WaitForRequests(1));
  options_.destinations.clear();
  ASSERT_EQ(service_->Reload(options_), Status());
  const auto before = receiver_.Requests().size();
  EXPECT_TRUE(receiver_.WaitForRequests(before + 2));
  EXPECT_THAT(Methods(), ElementsAre("PUT"));
}

TEST_F(GatewayPusherTest, RefusesOptionsThatCannotBe) {
  options_.gateway->transport.url = "gateway:9091";
  const auto service = PushService::Create(options_, source_, clock_, loggers_, registry_);
  ASSERT_FALSE(service.ok());
  EXPECT_THAT(std::string(service.status().message()), HasSubstr("gateway: url"));
}

TEST_F(GatewayPusherTest, LeavesOutItsOwnProcess) {
  source_.Set("process_open_fds", 9);
  options_.sampler.interval = std::chrono::hours(1);
  options_.gateway->keep = true;
  receiver_.Script({Answer(400)});  // So that plain text comes next.
  Start();
  ASSERT_TRUE(receiver_.WaitForRequests(2));
  service_->Stop();
  EXPECT_THAT(receiver_.Requests().back().body, HasSubstr("load 1.5"));
  EXPECT_THAT(receiver_.Requests().back().body, testing::Not(HasSubstr("process_")));
}

}  // namespace
}  // namespace hostpulse::push
