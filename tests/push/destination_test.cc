#include "push/destination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "push/remote_write/protocol.h"
#include "tests/push/received.h"
#include "tests/support/scripted_receiver.h"

namespace hostpulse::push {
namespace {

using hostpulse::test::ScriptedAnswer;
using hostpulse::test::ScriptedReceiver;
using testing::ElementsAre;
using testing::IsEmpty;

DestinationOptions Good() {
  DestinationOptions options;
  options.transport.url = "https://metrics.example/api/v1/write";
  return options;
}

// The keys of what is wrong after `change`.
template <typename Change>
std::vector<std::string> Wrong(Change change) {
  DestinationOptions options = Good();
  change(options);
  std::vector<std::string> keys;
  for (const OptionProblem& problem : Validate(options)) {
    EXPECT_NE(problem.message, "");
    keys.push_back(problem.key);
  }
  return keys;
}

TEST(Destination, DefaultsAreValid) {
  EXPECT_THAT(Validate(Good()), IsEmpty());
  DestinationOptions named = Good();
  named.protobuf_message = "prometheus.WriteRequest";
  named.compression = "snappy";
  named.transport.headers = {{"X-Scope-OrgID", "team-a"}};
  EXPECT_THAT(Validate(named), IsEmpty());
}

TEST(Destination, MessageAndCompressionGoTogether) {
  for (const std::string_view message : {kAuto, kMessage1, kMessage2}) {
    for (const std::string_view compression : {kAuto, kSnappy, kZstd}) {
      const auto wrong = Wrong([&](auto& options) {
        options.protobuf_message = message;
        options.compression = compression;
      });
      const bool fits = message != kMessage2 || compression != kZstd;
      EXPECT_EQ(wrong.empty(), fits) << message << " " << compression;
    }
  }
  EXPECT_THAT(Wrong([](auto& o) { o.protobuf_message = "v2"; }), ElementsAre("protobuf_message"));
  EXPECT_THAT(Wrong([](auto& o) { o.compression = "gzip"; }), ElementsAre("compression"));
}

TEST(Destination, EachKeyIsChecked) {
  EXPECT_THAT(Wrong([](auto& o) { o.transport.url = "ftp://x/"; }), ElementsAre("url"));
  EXPECT_THAT(Wrong([](auto& o) { o.transport.url = ""; }), ElementsAre("url"));
  EXPECT_THAT(Wrong([](auto& o) { o.transport.url = "http://a b/"; }), ElementsAre("url"));
  EXPECT_THAT(Wrong([](auto& o) { o.name = "a\nb"; }), ElementsAre("name"));
  EXPECT_THAT(Wrong([](auto& o) { o.transport.remote_timeout = {}; }),
              ElementsAre("remote_timeout"));
  EXPECT_THAT(Wrong([](auto& o) {
                o.transport.headers = {{"Content-TYPE", "x"}};
              }),
              ElementsAre("headers.Content-TYPE"));
  EXPECT_THAT(Wrong([](auto& o) {
                o.transport.headers = {{"X-A", "x\r\nHost: y"}};
              }),
              ElementsAre("headers.X-A"));
  EXPECT_THAT(Wrong([](auto& o) { o.transport.tls.min_version = "TLS10"; }),
              ElementsAre("tls_config.min_version"));
  EXPECT_THAT(Wrong([](auto& o) { o.transport.tls.cert_file = "c.pem"; }),
              ElementsAre("tls_config.key_file"));
  EXPECT_THAT(Wrong([](auto& o) { o.transport.proxy_url = "proxy:3128"; }),
              ElementsAre("proxy_url"));
  EXPECT_THAT(Wrong([](auto& o) { o.write_relabel_configs.emplace_back(); }),
              ElementsAre("write_relabel_configs"));
  EXPECT_THAT(Wrong([](auto& o) { o.queue_config.max_samples_per_send = 0; }),
              ElementsAre("queue_config.max_samples_per_send"));
  EXPECT_THAT(Wrong([](auto& o) { o.queue_config.max_backoff = std::chrono::milliseconds(5); }),
              ElementsAre("queue_config.max_backoff"));
  EXPECT_THAT(Wrong([](auto& o) { o.queue_config.min_backoff = {}; }),
              ElementsAre("queue_config.min_backoff"));
  EXPECT_THAT(Wrong([](auto& o) { o.metadata_config.send_interval = {}; }),
              ElementsAre("metadata_config.send_interval"));
}

TEST(Destination, AuthenticationIsOneWayAndComplete) {
  EXPECT_THAT(Wrong([](auto& o) {
                o.transport.basic_auth = BasicAuthOptions{"u", {"p", {}}};
                o.transport.authorization = AuthorizationOptions{"Bearer", {"t", {}}};
              }),
              ElementsAre("basic_auth"));
  EXPECT_THAT(Wrong([](auto& o) {
                o.transport.basic_auth = BasicAuthOptions{"u", {"p", "file"}};
              }),
              ElementsAre("basic_auth.password"));
  EXPECT_THAT(Wrong([](auto& o) { o.transport.authorization = AuthorizationOptions{}; }),
              ElementsAre("authorization.credentials"));
  EXPECT_THAT(Wrong([](auto& o) { o.transport.oauth2 = OAuth2Options{}; }),
              ElementsAre("oauth2.client_secret", "oauth2.token_url", "oauth2.client_id"));
}

TEST(Destination, NamesAreStableAndTellUrlsApart) {
  const std::string name = DestinationName("https://metrics.example/api/v1/write");
  EXPECT_THAT(name, testing::MatchesRegex("metrics-example-[0-9a-f]+"));
  EXPECT_EQ(name, DestinationName("https://metrics.example/api/v1/write"));
  EXPECT_NE(name, DestinationName("https://metrics.example/api/v2/write"));
  EXPECT_EQ(DestinationLoggerName("eu west.1"), "push.eu_west_1");
}

TEST(Destination, ShownUrlsHaveNoSecrets) {
  EXPECT_EQ(RedactedUrl("https://user:pw@h.example:8443/w?token=1#x"), "https://h.example:8443/w");
  EXPECT_EQ(RedactedUrl("http://[::1]:9090/w"), "http://[::1]:9090/w");
  EXPECT_EQ(RedactedUrl("user:pw"), "<not a URL>");
}

TEST(Destination, CheckSendsAnEmptyRequest) {
  ScriptedReceiver receiver;
  DestinationOptions options = Good();
  options.transport.url = receiver.Url();
  const auto answer = CheckDestination(options);
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  // An answer without X-Prometheus-Remote-Write-* is that of a receiver that does not know 2.0.
  EXPECT_EQ(answer->protocol, Protocol::kVictoriaMetrics);
  options.protobuf_message = kMessage1;
  options.compression = kSnappy;
  EXPECT_EQ(CheckDestination(options)->protocol, Protocol::kRemoteWrite1);
  EXPECT_EQ(test::Decode(receiver.Requests().back().body).timeseries_size(), 0);

  ScriptedAnswer forbidden;
  forbidden.status = 403;
  forbidden.body = "no such tenant";
  receiver.SetUsual(forbidden);
  EXPECT_EQ(CheckDestination(options).status(),
            Status(ErrorCode::kPermission, "HTTP 403: no such tenant"));

  options.transport.tls.ca_file = "/nowhere/ca.pem";
  EXPECT_EQ(CheckDestination(options).status().code(), ErrorCode::kAbsent);
}

}  // namespace
}  // namespace hostpulse::push
