#include "push/gateway/gateway_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/gunzip.h"
#include "tests/support/scripted_receiver.h"

namespace hostpulse::push {
namespace {

using hostpulse::test::ReceivedRequest;
using hostpulse::test::ScriptedAnswer;
using hostpulse::test::ScriptedReceiver;
using testing::HasSubstr;
using testing::Not;

constexpr char kText[] = "# TYPE load gauge\nload 1.5\n";

ScriptedAnswer Answer(int status, std::string body = "") {
  ScriptedAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

class GatewayClientTest : public testing::Test {
 protected:
  GatewayClientTest() { options_.url = receiver_.Url(""); }
  GatewayClient Client() { return {options_, {{"instance", "web"}, {"job", "node"}}, clock_}; }
  ReceivedRequest Last() const { return receiver_.Requests().back(); }

  const SystemClock clock_;
  ScriptedReceiver receiver_;
  TransportOptions options_;
};

TEST_F(GatewayClientTest, PutsTheGroupCompressed) {
  GatewayClient client = Client();
  EXPECT_TRUE(client.Push(kText).ok());
  EXPECT_EQ(Last().method, "PUT");
  EXPECT_EQ(Last().target, "/metrics/job/node/instance/web");
  EXPECT_EQ(Last().headers.at("content-encoding"), "gzip");
  EXPECT_THAT(Last().headers.at("content-type"), HasSubstr("version=0.0.4"));
  EXPECT_EQ(hostpulse::test::Gunzip(Last().body), kText);
}

TEST_F(GatewayClientTest, KeepsThePrefixOfTheUrl) {
  for (const char* path : {"/gateway", "/gateway/"}) {
    options_.url = receiver_.Url(path);
    GatewayClient client = Client();
    EXPECT_TRUE(client.Push(kText).ok());
    EXPECT_EQ(Last().target, "/gateway/metrics/job/node/instance/web");
  }
  options_.url = receiver_.Url("/");
  GatewayClient client = Client();
  EXPECT_TRUE(client.Delete().ok());
  EXPECT_EQ(Last().target, "/metrics/job/node/instance/web");
}

TEST_F(GatewayClientTest, DeletesTheGroupAndProbes) {
  GatewayClient client = Client();
  EXPECT_TRUE(client.Delete().ok());
  EXPECT_EQ(Last().method, "DELETE");
  EXPECT_EQ(Last().body, "");
  EXPECT_TRUE(client.Probe().ok());
  EXPECT_EQ(Last().method, "GET");
  EXPECT_EQ(Last().target, "/-/ready");
}

TEST_F(GatewayClientTest, SendsPlainTextToOneThatDoesNotTakeGzip) {
  receiver_.Script({Answer(400, "text format parsing error")});
  GatewayClient client = Client();
  EXPECT_TRUE(client.Push(kText).ok());
  EXPECT_EQ(Last().body, kText);
  EXPECT_EQ(Last().headers.count("content-encoding"), 0U);
  EXPECT_TRUE(client.Push(kText).ok());
  EXPECT_EQ(receiver_.Requests().size(), 3U) << "it is remembered";
  EXPECT_EQ(Last().body, kText);
}

TEST_F(GatewayClientTest, TellsWhatItSaysAndNoSecret) {
  options_.basic_auth = BasicAuthOptions{"me", {"hunter2hunter2", ""}};
  receiver_.SetUsual(Answer(400, "inconsistent\nhunter2hunter2"));
  GatewayClient client = Client();
  const GatewayAnswer answer = client.Push(kText);
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.error, HasSubstr("HTTP 400: inconsistent"));
  EXPECT_THAT(answer.error, Not(HasSubstr("hunter2")));
  EXPECT_EQ(Last().headers.at("authorization"), "Basic bWU6aHVudGVyMmh1bnRlcjI=");
}

TEST_F(GatewayClientTest, TellsOfOneThatIsNotThere) {
  options_.url = "http://127.0.0.1:1";
  GatewayClient client = Client();
  const GatewayAnswer answer = client.Push(kText);
  EXPECT_EQ(answer.status, 0);
  EXPECT_FALSE(answer.ok());
}

}  // namespace
}  // namespace hostpulse::push
