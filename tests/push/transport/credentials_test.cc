#include "push/transport/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "push/remote_write/remote_write_client.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_receiver.h"

namespace hostpulse::push {
namespace {

using hostpulse::test::ScriptedAnswer;
using hostpulse::test::ScriptedReceiver;
using std::chrono::seconds;
using testing::HasSubstr;

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() : directory_(std::filesystem::temp_directory_path() / NewName()) {
    std::filesystem::create_directory(directory_);
    options_.url = receiver_.Url();
  }
  ~CredentialsTest() override { std::filesystem::remove_all(directory_); }

  static std::string NewName() {
    std::string name = (std::filesystem::temp_directory_path() / "hostpulse-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    std::filesystem::remove(name);
    return name;
  }
  std::string Path() const { return (directory_ / "secret").string(); }
  // Replaces the file as a careful writer does.
  void Write(const std::string& content) {
    const std::string temporary = Path() + ".new";
    std::ofstream(temporary) << content;
    std::filesystem::rename(temporary, Path());
  }
  // Sends a request; the Authorization header that came with it.
  std::string Sent() {
    if (client_ == nullptr) client_ = std::make_unique<RemoteWriteClient>(options_, clock_);
    result_ = client_->Send({"x"});
    const auto requests = receiver_.Requests();
    return requests.empty() ? "nothing" : requests.back().headers.at("authorization");
  }
  void AnswerTokens(ScriptedReceiver& server, const std::string& body, int status = 200) {
    ScriptedAnswer answer;
    answer.status = status;
    answer.body = body;
    server.SetUsual(answer);
  }
  void UseOAuth2(const ScriptedReceiver& server) {
    options_.oauth2 = OAuth2Options{
        "my id", {"s3cret/", {}}, server.Url("/token"), {"a", "b"}, {{"audience", "x&y"}}};
  }

  const std::filesystem::path directory_;
  FakeClock clock_;
  ScriptedReceiver receiver_;
  TransportOptions options_;
  std::unique_ptr<RemoteWriteClient> client_;
  SendResult result_;
};

TEST_F(CredentialsTest, AFileIsReadAgainWhenItChanges) {
  options_.authorization = AuthorizationOptions{"Bearer", {"", Path()}};
  Write("first\n");
  EXPECT_EQ(Sent(), "Bearer first");
  Write("second\n");
  EXPECT_EQ(Sent(), "Bearer second");
}

TEST_F(CredentialsTest, APasswordMayComeFromAFile) {
  options_.basic_auth = BasicAuthOptions{"user", {"", Path()}};
  Write("  pass \r\n");
  EXPECT_EQ(Sent(), "Basic dXNlcjpwYXNz");
}

TEST_F(CredentialsTest, AMissingFileHoldsAndSaysWhich) {
  options_.authorization = AuthorizationOptions{"Bearer", {"", Path()}};
  Sent();
  EXPECT_EQ(result_.outcome, SendOutcome::kHold);
  EXPECT_THAT(result_.error, HasSubstr(Path()));
  EXPECT_EQ(receiver_.connections(), 0);
  Write("now\n");
  EXPECT_EQ(Sent(), "Bearer now");
}

TEST_F(CredentialsTest, WhatIsNoSecretFileIsNamed) {
  EXPECT_EQ(ReadSecretFile(Path()).status().code(), ErrorCode::kAbsent);
  Write("  \n");
  EXPECT_THAT(ReadSecretFile(Path()).status().message(), HasSubstr("empty"));
  Write(std::string(70'000, 'x'));
  EXPECT_THAT(ReadSecretFile(Path()).status().message(), HasSubstr("longer"));
  EXPECT_EQ(ReadSecretFile(directory_.string()).status().code(), ErrorCode::kInvalid);
  const std::string fifo = (directory_ / "fifo").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_THAT(ReadSecretFile(fifo).status().message(), HasSubstr("not a regular file"));
}

TEST_F(CredentialsTest, ATokenIsFetchedAndKeptForFourFifthsOfItsLife) {
  ScriptedReceiver server;
  AnswerTokens(server, R"({"access_token":"one","expires_in":100})");
  UseOAuth2(server);
  EXPECT_EQ(Sent(), "Bearer one");
  const auto request = server.Requests().at(0);
  EXPECT_EQ(request.target, "/token");
  EXPECT_EQ(request.body, "grant_type=client_credentials&scope=a%20b&audience=x%26y");
  EXPECT_EQ(request.headers.at("authorization"), "Basic bXklMjBpZDpzM2NyZXQlMkY=");

  AnswerTokens(server, R"({"access_token":"two"})");
  clock_.Advance(seconds(79));
  EXPECT_EQ(Sent(), "Bearer one");
  clock_.Advance(seconds(2));
  EXPECT_EQ(Sent(), "Bearer two");
  EXPECT_EQ(server.Requests().size(), 2);
}

TEST_F(CredentialsTest, ARefusedTokenIsFetchedAnew) {
  ScriptedReceiver server;
  AnswerTokens(server, R"({"access_token":"one","expires_in":1e300})");
  UseOAuth2(server);
  ScriptedAnswer refusal;
  refusal.status = 401;
  receiver_.Script({refusal});
  Sent();
  EXPECT_EQ(result_.outcome, SendOutcome::kHold);
  AnswerTokens(server, R"({"access_token":"two"})");
  EXPECT_EQ(Sent(), "Bearer two");
}

TEST_F(CredentialsTest, WithoutATokenNothingIsSent) {
  ScriptedReceiver server;
  UseOAuth2(server);
  struct Case {
    int status;
    const char* body;
    SendOutcome outcome;
  };
  for (const Case& one : {Case{503, "", SendOutcome::kRetry}, Case{401, "", SendOutcome::kHold},
                          Case{200, "[]", SendOutcome::kHold}, Case{200, "{", SendOutcome::kHold},
                          Case{200, R"({"access_token":7})", SendOutcome::kHold},
                          Case{200, R"({"access_token":"a\r\nb"})", SendOutcome::kHold}}) {
    AnswerTokens(server, one.body, one.status);
    Sent();
    EXPECT_EQ(result_.outcome, one.outcome) << one.status << one.body;
    EXPECT_THAT(result_.error, HasSubstr("no token"));
  }
  EXPECT_EQ(receiver_.connections(), 0);
}

}  // namespace
}  // namespace hostpulse::push
