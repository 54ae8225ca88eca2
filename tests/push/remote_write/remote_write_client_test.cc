#include "push/remote_write/remote_write_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/version.h"
#include "push/series_table.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_receiver.h"

namespace hostpulse::push {
namespace {

using hostpulse::test::ScriptedAnswer;
using hostpulse::test::ScriptedReceiver;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

class RemoteWriteClientTest : public testing::Test {
 protected:
  RemoteWriteClientTest() {
    options_.url = receiver_.Url();
    options_.remote_timeout = seconds(10);
  }
  SendResult Send(ScriptedAnswer answer) {
    if (client_ == nullptr) client_ = std::make_unique<RemoteWriteClient>(options_, clock_);
    receiver_.SetUsual(std::move(answer));
    return client_->Send({"body"});
  }
  SendResult SendFor(int status) { return Send(Answer(status)); }
  static ScriptedAnswer Answer(int status, std::string body = "",
                               std::vector<std::string> headers = {}) {
    ScriptedAnswer answer;
    answer.status = status;
    answer.body = std::move(body);
    answer.headers = std::move(headers);
    return answer;
  }
  static ScriptedAnswer Raw(std::string raw) {
    ScriptedAnswer answer;
    answer.raw = std::move(raw);
    return answer;
  }
  std::optional<seconds> RetryAfter(const std::string& value) {
    return Send(Answer(503, "", {"Retry-After: " + value})).retry_after;
  }

  FakeClock clock_;
  ScriptedReceiver receiver_;
  TransportOptions options_;
  std::unique_ptr<RemoteWriteClient> client_;
};

TEST_F(RemoteWriteClientTest, SendsWhatTheProtocolAsksFor) {
  options_.headers = {{"X-Scope-OrgID", "team-a"}};
  EXPECT_EQ(SendFor(204).outcome, SendOutcome::kAccepted);
  const auto request = receiver_.Requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/api/v1/write");
  EXPECT_EQ(request.body, "body");
  EXPECT_EQ(request.headers.at("content-type"), "application/x-protobuf");
  EXPECT_EQ(request.headers.at("content-encoding"), "snappy");
  EXPECT_EQ(request.headers.at("x-prometheus-remote-write-version"), "0.1.0");
  EXPECT_EQ(request.headers.at("user-agent"), "hostpulse/" + std::string(kVersion));
  EXPECT_EQ(request.headers.at("x-scope-orgid"), "team-a");
  EXPECT_FALSE(request.headers.contains("accept-encoding"));
  EXPECT_FALSE(request.headers.contains("authorization"));
  EXPECT_FALSE(request.headers.contains("expect"));
}

TEST_F(RemoteWriteClientTest, KeepsItsConnection) {
  for (int i = 0; i < 5; ++i) SendFor(i % 2 == 0 ? 204 : 500);
  EXPECT_EQ(receiver_.connections(), 1);
}

// With a file that decides which connections may be used. The receiver speaks no TLS: which
// connection a request takes is the same without.
class ChangedTlsFilesTest : public RemoteWriteClientTest {
 protected:
  ChangedTlsFilesTest() {
    std::ofstream(path_) << "old";
    options_.tls.ca_file = path_;
    EXPECT_EQ(SendFor(204).outcome, SendOutcome::kAccepted);
  }
  ~ChangedTlsFilesTest() override { std::filesystem::remove(path_); }

  void Change() { std::ofstream(path_) << "another"; }
  std::vector<int> Connections() const {
    std::vector<int> connections;
    for (const auto& request : receiver_.Requests()) connections.push_back(request.connection);
    return connections;
  }

 private:
  const std::string path_ = testing::TempDir() + "authority-" + std::to_string(::getpid());
};

// While certificates are exchanged a receiver may be away for a moment. The connection that was
// made with the old ones still works, and must not be used again all the same.
TEST_F(ChangedTlsFilesTest, EndTheOldConnectionThoughTheNextOneFails) {
  Change();
  ScriptedAnswer reset;
  reset.reset = true;
  receiver_.Script({reset});
  EXPECT_EQ(SendFor(204).outcome, SendOutcome::kRetry);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(SendFor(204).outcome, SendOutcome::kAccepted);
  EXPECT_THAT(Connections(), testing::ElementsAre(1, 2, 3, 3, 3));
}

// A connection that is not kept takes no other one's place.
TEST_F(ChangedTlsFilesTest, EndTheOldConnectionThoughTheNextOneIsNotKept) {
  Change();
  receiver_.Script({Raw("HTTP/1.1 204 Scripted\r\nConnection: close\r\n\r\n")});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(SendFor(204).outcome, SendOutcome::kAccepted);
  EXPECT_THAT(Connections(), testing::ElementsAre(1, 2, 3, 3));
}

TEST_F(RemoteWriteClientTest, StatusDecides) {
  for (const int status : {200, 202, 204}) {
    EXPECT_EQ(SendFor(status).outcome, SendOutcome::kAccepted) << status;
  }
  for (const int status : {429, 500, 502, 503, 599}) {
    EXPECT_EQ(SendFor(status).outcome, SendOutcome::kRetry) << status;
  }
  for (const int status : {400, 409, 422}) {
    EXPECT_EQ(SendFor(status).outcome, SendOutcome::kRejected) << status;
  }
  for (const int status : {301, 302, 401, 403, 404, 405, 407, 408, 410, 415, 451}) {
    EXPECT_EQ(SendFor(status).outcome, SendOutcome::kHold) << status;
  }
  EXPECT_EQ(SendFor(413).outcome, SendOutcome::kTooLarge);
}

TEST_F(RemoteWriteClientTest, FollowsNoRedirect) {
  ScriptedReceiver elsewhere;
  const SendResult result = Send(Answer(302, "", {"Location: " + elsewhere.Url()}));
  EXPECT_EQ(result.outcome, SendOutcome::kHold);
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST_F(RemoteWriteClientTest, RetryAfterIsClampedAndNeverNegative) {
  EXPECT_EQ(RetryAfter("7"), seconds(7));
  EXPECT_EQ(RetryAfter("9223372036854775807"), seconds(300));
  EXPECT_EQ(RetryAfter("Fri, 31 Dec 9999 23:59:59 GMT"), seconds(300));
  EXPECT_EQ(RetryAfter("Thu, 01 Jan 1970 00:00:00 GMT"), std::nullopt);
  EXPECT_EQ(RetryAfter("0"), std::nullopt);
  EXPECT_EQ(RetryAfter("-5"), std::nullopt);
  EXPECT_EQ(RetryAfter("banana"), std::nullopt);
}

TEST_F(RemoteWriteClientTest, RetryAfterMayBeADate) {
  const std::time_t then = std::time(nullptr) + 100;
  std::tm parts{};
  gmtime_r(&then, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  const auto wait = RetryAfter(text);
  ASSERT_TRUE(wait);
  EXPECT_LE(*wait, seconds(100));
  EXPECT_GE(*wait, seconds(60));
}

TEST_F(RemoteWriteClientTest, AnAnswerThatIsNoneIsTriedAgain) {
  ScriptedAnswer reset;
  reset.reset = true;
  for (const ScriptedAnswer& answer :
       {reset, Raw("SSH-2.0-OpenSSH_9.2\r\n"),
        Raw("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000000\r\n\r\nshort"),
        Raw("HTTP/1.1 200 OK\r\nContent-Le")}) {
    const SendResult result = Send(answer);
    EXPECT_EQ(result.outcome, SendOutcome::kRetry);
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.error, "");
  }
}

TEST_F(RemoteWriteClientTest, NobodyThereIsTriedAgain) {
  options_.url = "http://127.0.0.1:1/api/v1/write";
  EXPECT_EQ(SendFor(204).outcome, SendOutcome::kRetry);
}

TEST_F(RemoteWriteClientTest, AnEndlessBodyIsCutOff) {
  ScriptedAnswer answer = Answer(400);
  answer.endless = true;
  const SendResult result = Send(answer);
  EXPECT_EQ(result.outcome, SendOutcome::kRejected);
  EXPECT_EQ(result.status, 400);
  EXPECT_LE(result.error.size(), 300);
}

TEST_F(RemoteWriteClientTest, ASlowAnswerTimesOut) {
  options_.remote_timeout = milliseconds(50);
  ScriptedAnswer answer = Answer(204);
  answer.delay = seconds(10);
  const SendResult result = Send(answer);
  EXPECT_EQ(result.outcome, SendOutcome::kRetry);
  EXPECT_THAT(result.error, HasSubstr("timed out"));
}

TEST_F(RemoteWriteClientTest, ARequestInProgressCanBeEnded) {
  ScriptedAnswer answer = Answer(204);
  answer.delay = seconds(10);
  client_ = std::make_unique<RemoteWriteClient>(options_, clock_);
  std::thread stopper([&] {
    EXPECT_TRUE(receiver_.WaitForRequests(1));
    client_->EndBy(std::chrono::steady_clock::now());
  });
  const auto start = std::chrono::steady_clock::now();
  const SendResult result = Send(answer);
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(5));
  stopper.join();
  EXPECT_EQ(result.outcome, SendOutcome::kRetry);
  EXPECT_THAT(result.error, HasSubstr("stopping"));
}

TEST_F(RemoteWriteClientTest, ErrorsAreCleanShortAndWithoutSecrets) {
  options_.basic_auth = BasicAuthOptions{"user", {"hunter2hunter2", {}}};
  options_.headers = {{"X-Token", "tok-0123456789abcdef"}};
  const std::string body =
      "bad \x1b[31mred\n hunter2hunter2 tok-0123456789abcdef \xff " + std::string(5000, 'x');
  const SendResult result = Send(Answer(400, body));
  EXPECT_THAT(result.error, HasSubstr("HTTP 400: bad  [31mred  <secret> <secret>"));
  EXPECT_THAT(result.error, Not(HasSubstr("hunter2")));
  EXPECT_LE(result.error.size(), 300);
  for (const char c : result.error) EXPECT_TRUE(c >= ' ' && c <= '~');
}

TEST_F(RemoteWriteClientTest, BasicAuthComesFromOptionsOrUrl) {
  options_.basic_auth = BasicAuthOptions{"user", {"pass", {}}};
  SendFor(204);
  options_.basic_auth.reset();
  options_.url.replace(0, 7, "http://us%65r:p%61ss@");
  client_.reset();
  SendFor(204);
  for (const auto& request : receiver_.Requests()) {
    EXPECT_EQ(request.headers.at("authorization"), "Basic dXNlcjpwYXNz");
  }
}

TEST_F(RemoteWriteClientTest, TheEnvironmentSetsNoProxy) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  ::setenv("all_proxy", "http://127.0.0.1:1", 1);
  EXPECT_EQ(SendFor(204).outcome, SendOutcome::kAccepted);
  ::unsetenv("http_proxy");
  ::unsetenv("all_proxy");
}

TEST_F(RemoteWriteClientTest, GoesThroughTheProxyThatIsGiven) {
  ScriptedReceiver proxy;
  options_.proxy_url = proxy.Url("");
  EXPECT_EQ(SendFor(500).outcome, SendOutcome::kAccepted) << "the proxy's answer";
  EXPECT_EQ(proxy.Requests().at(0).target, options_.url);
  EXPECT_EQ(receiver_.connections(), 0);
}

}  // namespace
}  // namespace hostpulse::push
