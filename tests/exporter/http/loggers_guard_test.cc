#include "exporter/http/loggers_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hostpulse::http {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class LoggersGuardTest : public testing::Test {
 protected:
  LoggersGuardTest() {
    options_.host_name = "web-01.example.org";
    options_.allowed_hosts = {"metrics.example.net"};
    request_.method = "POST";
    request_.peer = "127.0.0.1";
    request_.peer_is_loopback = true;
  }

  std::string Why() const {
    Request request = request_;
    if (request.Header("Host").empty()) request.headers.emplace_back("Host", "localhost:9100");
    return WhyNotChange(request, options_);
  }
  std::string WhyWith(std::string name, std::string value) {
    request_.headers = {{std::move(name), std::move(value)}};
    return Why();
  }
  std::string WhyFrom(std::string origin, std::string host) {
    request_.headers = {{"Host", std::move(host)}, {"Origin", std::move(origin)}};
    return Why();
  }
  void FromAfar() {
    request_.peer = "192.0.2.7";
    request_.peer_is_loopback = false;
  }

  LoggersOptions options_;
  Request request_;
};

TEST_F(LoggersGuardTest, LetsThisHostChange) {
  EXPECT_THAT(Why(), IsEmpty());
}

TEST_F(LoggersGuardTest, RefusesOthersUnlessAuthenticated) {
  FromAfar();
  EXPECT_THAT(Why(), HasSubstr("authenticated"));
  request_.user = "alice";
  EXPECT_THAT(Why(), IsEmpty());
  request_.user.clear();
  request_.client_certificate = true;
  EXPECT_THAT(Why(), IsEmpty());
}

TEST_F(LoggersGuardTest, DoesNotTakeAProxyForThisHost) {
  for (const char* name :
       {"X-Forwarded-For", "x-forwarded-host", "Forwarded", "X-Real-IP", "Via"}) {
    EXPECT_THAT(WhyWith(name, "192.0.2.7"), HasSubstr("proxy")) << name;
  }
  request_.user = "alice";
  EXPECT_THAT(WhyWith("Via", "1.1 proxy"), IsEmpty());
}

TEST_F(LoggersGuardTest, TheModeDecides) {
  options_.mode = LoggersMode::kRead;
  EXPECT_THAT(Why(), HasSubstr("--web.loggers"));
  request_.user = "alice";
  EXPECT_THAT(Why(), HasSubstr("--web.loggers"));
  request_.user.clear();
  options_.mode = LoggersMode::kAll;
  FromAfar();
  EXPECT_THAT(Why(), IsEmpty());
}

TEST_F(LoggersGuardTest, TakesHostsOfItsOwn) {
  for (const char* host : {"localhost", "LocalHost.:9100", "127.0.0.1:9100", "192.0.2.1",
                           "[::1]:9100", "[2001:db8::1]", "web-01.example.org",
                           "WEB-01.example.org.:9100", "web-01", "metrics.example.net:80"}) {
    EXPECT_THAT(WhyWith("Host", host), IsEmpty()) << host;
  }
}

TEST_F(LoggersGuardTest, RefusesForeignHosts) {
  for (const char* host :
       {"evil.example", "evil.example:9100", "localhost.evil.example", "127.0.0.1.evil.example",
        "web-01.evil.example", "web", "web-01.example.org.evil.example", "example.org", "::1", "1",
        "2130706433", "127.1", "[::1", "[evil.example]", ":9100", ".", "metrics.example.net.x"}) {
    EXPECT_THAT(WhyWith("Host", host), HasSubstr("Host header")) << host;
    options_.mode = LoggersMode::kAll;
    EXPECT_THAT(WhyWith("Host", host), HasSubstr("Host header")) << host;
  }
  request_.headers.clear();
  EXPECT_THAT(WhyNotChange(request_, options_), HasSubstr("Host header"));
}

TEST_F(LoggersGuardTest, AnUnknownHostNameMatchesNothing) {
  options_.host_name.clear();
  EXPECT_THAT(WhyWith("Host", "."), HasSubstr("Host header"));
  EXPECT_THAT(WhyWith("Host", "web-01"), HasSubstr("Host header"));
  EXPECT_THAT(WhyWith("Host", "127.0.0.1"), IsEmpty());
}

TEST_F(LoggersGuardTest, TakesItsOwnOrigin) {
  EXPECT_THAT(WhyFrom("http://localhost:9100", "localhost:9100"), IsEmpty());
  EXPECT_THAT(WhyFrom("https://localhost:9100", "localhost:9100"), IsEmpty());
  EXPECT_THAT(WhyFrom("http://LOCALHOST", "localhost:80"), IsEmpty());
  EXPECT_THAT(WhyFrom("https://web-01:443", "web-01"), IsEmpty());
  EXPECT_THAT(WhyFrom("http://[::1]:9100", "[::1]:9100"), IsEmpty());
}

TEST_F(LoggersGuardTest, RefusesForeignOrigins) {
  for (const char* origin :
       {"http://evil.example", "null", "", "localhost:9100", "http://localhost:9101",
        "http://localhost", "http://localhost:9100.evil.example",
        "http://localhost:9100@evil.example", "http://localhost:9100/x", "http://", "file://",
        "http://[localhost]:9100"}) {
    EXPECT_THAT(WhyFrom(origin, "localhost:9100"), HasSubstr("Origin")) << origin;
  }
  request_.headers.insert(request_.headers.begin(), {"origin", "http://localhost:9100"});
  EXPECT_THAT(Why(), HasSubstr("Origin")) << "the second of two counts as well";
  request_.user = "alice";
  EXPECT_THAT(Why(), HasSubstr("Origin")) << "a browser may hold the user's password";
}

TEST_F(LoggersGuardTest, ListensToSecFetchSite) {
  EXPECT_THAT(WhyWith("Sec-Fetch-Site", "same-origin"), IsEmpty());
  EXPECT_THAT(WhyWith("Sec-Fetch-Site", "none"), IsEmpty());
  for (const char* value : {"cross-site", "same-site", "Cross-Site", "", "new"}) {
    EXPECT_THAT(WhyWith("sec-fetch-site", value), HasSubstr("Sec-Fetch-Site")) << value;
  }
}

TEST_F(LoggersGuardTest, KnowsABrowser) {
  const auto browser = [](std::string name, std::string value) {
    Request request;
    request.headers = {{std::move(name), std::move(value)}};
    return LooksLikeBrowser(request);
  };
  EXPECT_TRUE(browser("origin", "http://localhost:9100"));
  EXPECT_TRUE(browser("Referer", "http://localhost:9100/"));
  EXPECT_TRUE(browser("Sec-Fetch-Mode", "navigate"));
  EXPECT_TRUE(browser("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"));
  EXPECT_FALSE(browser("User-Agent", "curl/7.88.1"));
  EXPECT_FALSE(browser("Accept", "*/*"));
}

}  // namespace
}  // namespace hostpulse::http
