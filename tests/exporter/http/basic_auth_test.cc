#include "exporter/http/basic_auth.h"

#include <crypt.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <fstream>

#include "exporter/http/bcrypt.h"
#include "exporter/http/token_bucket.h"
#include "tests/exporter/http/http_client.h"
#include "tests/exporter/http/server_fixture.h"
#include "tests/support/fake_clock.h"

namespace hostpulse::http {
namespace {

using Outcome = BasicAuth::Outcome;

std::string HashOf(const std::string& password) {
  crypt_data data{};
  return ::crypt_r(password.c_str(), "$2y$04$abcdefghijklmnopqrstuu", &data);
}

std::string HeaderFor(const std::string& name, const std::string& password) {
  const std::string pair = name + ":" + password;
  std::string encoded(4 * ((pair.size() + 2) / 3) + 1, '\0');
  const int size = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                     reinterpret_cast<const unsigned char*>(pair.data()),
                                     static_cast<int>(pair.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return "Basic " + encoded;
}

class BasicAuthTest : public testing::Test {
 protected:
  Outcome Check(const std::string& header) { return auth_.Check(header, user_); }

  FakeClock clock_;
  BasicAuth auth_{{{"alice", HashOf("secret")}, {"bob", HashOf("pass:word")}}, clock_};
  std::string user_;
};

TEST_F(BasicAuthTest, AcceptsTheRightPasswordAgainAndAgain) {
  for (int i = 0; i < 3; ++i) {
    user_.clear();
    EXPECT_EQ(Check(HeaderFor("alice", "secret")), Outcome::kAccepted);
    EXPECT_EQ(user_, "alice");
  }
  EXPECT_EQ(Check(HeaderFor("bob", "pass:word")), Outcome::kAccepted);
}

TEST_F(BasicAuthTest, RefusesEverythingElse) {
  using namespace std::string_literals;
  EXPECT_EQ(Check(HeaderFor("alice", "secret")), Outcome::kAccepted);
  user_.clear();
  for (const std::string& header :
       {""s, "Basic"s, "Basic "s, "Basic !!!!"s, "Bearer x"s, "Basic YWxpY2U="s,
        HeaderFor("alice", "wrong"), HeaderFor("alice", ""), HeaderFor("alice", "secre"),
        HeaderFor("alice", "secret\0x"s), HeaderFor("carol", "secret"), HeaderFor("", ""),
        HeaderFor("bob", "secret"), HeaderFor("Alice", "secret"),
        HeaderFor("alice", "secret") + "A"}) {
    EXPECT_EQ(Check(header), Outcome::kRefused) << header;
  }
  EXPECT_EQ(user_, "");
}

TEST_F(BasicAuthTest, AUserWhoDoesNotExistHasNoPassword) {
  const std::string dummy = DummyBcryptHash(4);
  EXPECT_TRUE(IsBcryptHash(dummy));
  EXPECT_FALSE(BcryptMatches("", dummy));
  EXPECT_FALSE(BcryptMatches("fakepassword", dummy));
}

TEST_F(BasicAuthTest, ForgetsWhatIsNotUsed) {
  EXPECT_EQ(Check(HeaderFor("alice", "secret")), Outcome::kAccepted);
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(Check(HeaderFor("alice", "secret")), Outcome::kAccepted);
  EXPECT_EQ(Check(HeaderFor("alice", "wrong")), Outcome::kRefused);
}

TEST(BcryptTest, KnowsAHashByItsForm) {
  EXPECT_TRUE(IsBcryptHash(HashOf("x")));
  for (const char* hash : {"", "notahash", "$2y$04$short", "$1$abc$def",
                           "$2x$04$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
                           "$2y$03$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
                           "$2y$15$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
                           "$2y$04$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ0123!"}) {
    EXPECT_FALSE(IsBcryptHash(hash)) << hash;
    EXPECT_FALSE(BcryptMatches("x", hash)) << hash;
  }
}

TEST(TokenBucketTest, LetsABurstThroughAndThenOneAnInterval) {
  FakeClock clock;
  TokenBucket bucket({std::chrono::seconds(1), 3}, clock);
  const auto take = [&](int times) {
    int taken = 0;
    for (int i = 0; i < times; ++i) taken += bucket.Take() ? 1 : 0;
    return taken;
  };
  EXPECT_EQ(take(5), 3);
  clock.Advance(std::chrono::seconds(1));
  EXPECT_EQ(take(5), 1);
  clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(take(5), 3);
}

TEST(TokenBucketTest, NoBurstIsNoRequest) {
  FakeClock clock;
  TokenBucket bucket({std::chrono::seconds(1), 0}, clock);
  EXPECT_FALSE(bucket.Take());
}

class WebAccessTest : public ServerTest {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "hostpulse-web-" + std::to_string(::getpid()) + ".yml";
    options_.web_config_file = path_;
    AddRoute("/hello", {"GET"}, [this](const Request& request) {
      const std::lock_guard<std::mutex> lock(mutex_);
      user_ = request.user;
      return Response{};
    });
  }
  void TearDown() override {
    server_.reset();
    ::unlink(path_.c_str());
  }
  void Write(const std::string& text) {
    std::ofstream(path_ + ".new") << text;
    ASSERT_EQ(std::rename((path_ + ".new").c_str(), path_.c_str()), 0);
  }
  int StatusAs(const std::string& name, const std::string& password, const char* path = "/hello") {
    return StatusOf(Get(address_, path, "Authorization: " + HeaderFor(name, password) + "\r\n"));
  }

  std::string path_;
  std::mutex mutex_;
  std::string user_;
};

TEST_F(WebAccessTest, AsksForAPasswordOnEveryPath) {
  Write("basic_auth_users: {alice: " + HashOf("secret") + "}");
  Start();
  for (const char* path : {"/hello", "/nowhere", "/a%00"}) {
    const std::string response = Get(address_, path);
    EXPECT_EQ(StatusOf(response), 401) << path;
    EXPECT_EQ(HeaderOf(response, "WWW-Authenticate"), "Basic");
  }
  EXPECT_EQ(StatusAs("alice", "wrong"), 401);
  EXPECT_EQ(StatusAs("alice", "secret"), 200);
  EXPECT_EQ(StatusAs("alice", "secret", "/nowhere"), 404);
  const std::lock_guard<std::mutex> lock(mutex_);
  EXPECT_EQ(user_, "alice");
}

TEST_F(WebAccessTest, TakesChangedUsersAndKeepsThemWhileTheFileIsBroken) {
  Write("basic_auth_users: {alice: " + HashOf("secret") + "}");
  Start();
  EXPECT_EQ(StatusAs("alice", "secret"), 200);
  Write("basic_auth_users: {alice: " + HashOf("changed") + "}");
  EXPECT_EQ(StatusAs("alice", "secret"), 401);
  EXPECT_EQ(StatusAs("alice", "changed"), 200);
  Write("basic_auth_users: {alice: ");
  EXPECT_EQ(StatusAs("alice", "changed"), 200);
  ::unlink(path_.c_str());
  EXPECT_EQ(StatusAs("alice", "changed"), 200);
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 401);
}

TEST_F(WebAccessTest, OnlyAReloadTakesPasswordsAway) {
  const auto config_ok = [this] { return Gauge("hostpulse_web_config_last_reload_successful"); };
  Write("basic_auth_users: {alice: " + HashOf("secret") + "}");
  Start();
  EXPECT_EQ(config_ok(), 1);
  Write("");  // As a file looks that somebody is about to write.
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 401);
  EXPECT_EQ(config_ok(), 0);
  auto apply = server_->PrepareWebConfig(path_);
  ASSERT_TRUE(apply.ok());
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 401);
  (*apply)();
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 200);
  EXPECT_EQ(config_ok(), 1);
}

TEST_F(WebAccessTest, AReloadGoesOverToAnotherFileOrToNone) {
  Write("basic_auth_users: {alice: " + HashOf("secret") + "}");
  options_.web_config_file.clear();
  Start();
  EXPECT_EQ(Gauge("hostpulse_web_config_last_reload_successful"), std::nullopt);
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 200);
  EXPECT_FALSE(server_->PrepareWebConfig(path_ + ".missing").ok());
  (*server_->PrepareWebConfig(path_))();
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 401);
  (*server_->PrepareWebConfig(""))();
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 200);
}

TEST_F(WebAccessTest, AddsTheHeadersThatAreConfigured) {
  Write(
      "http_server_config: {headers: {X-Frame-Options: sameorigin, "
      "Strict-Transport-Security: max-age=1}}");
  Start();
  const std::string response = Get(address_, "/hello");
  EXPECT_EQ(HeaderOf(response, "X-Frame-Options"), "sameorigin");
  EXPECT_EQ(HeaderOf(response, "Strict-Transport-Security"), "max-age=1");
  EXPECT_EQ(HeaderOf(response, "X-Content-Type-Options"), "nosniff");
}

TEST_F(WebAccessTest, LimitsTheRate) {
  Write("rate_limit: {interval: 1h, burst: 2}");
  Start();
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 200);
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 200);
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 429);
  // Another limit counts anew, the same one goes on.
  Write("{rate_limit: {interval: 1h, burst: 2}, http_server_config: {}}");
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 429);
  Write("rate_limit: {interval: 1h, burst: 1}");
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 200);
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 429);
  Write("http_server_config: {}");
  EXPECT_EQ(StatusOf(Get(address_, "/hello")), 200);
}

TEST_F(WebAccessTest, DoesNotStartWithABrokenFile) {
  Write("nonsense: 1");
  const auto server = HttpServer::Start(options_, {}, logs_.Get("http"));
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.status().code(), ErrorCode::kInvalid);
  EXPECT_THAT(server.status().message(), testing::HasSubstr(":1: nonsense: is not known"));
}

}  // namespace
}  // namespace hostpulse::http
