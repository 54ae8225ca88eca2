#include "exporter/config/remote_write.h"

#include <gmock/gmock.h>

#include "tests/exporter/config/config_test_support.h"

namespace hostpulse::config {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

// As an operator has it in prometheus.yml.
constexpr const char* kPasted = R"(remote_write:
  - url: https://prometheus-prod.example/api/prom/push
    name: cloud
    remote_timeout: 30s
    send_exemplars: true
    send_native_histograms: false
    follow_redirects: true
    enable_http2: true
    oauth2:
      client_id: id
      client_secret: hunter2
      token_url: https://login.example/token
      scopes: [write]
      endpoint_params: {audience: metrics}
    tls_config:
      insecure_skip_verify: yes
    write_relabel_configs:
      - source_labels: [__name__, device]
        separator: "@"
        regex: 'node_.*@veth.*'
        action: drop
      - {action: labelmap, regex: 'tmp_(.+)', replacement: '${1}'}
      - {source_labels: [instance], modulus: 8, target_label: shard, action: hashmod}
    queue_config:
      capacity: 10000
      max_shards: 50
      min_shards: 1
      max_samples_per_send: 2000
      batch_send_deadline: 5s
      min_backoff: 30ms
      max_backoff: 5s
      retry_on_http_429: true
    metadata_config: {send: true, send_interval: 1m, max_samples_per_send: 2000}
)";

TEST(RemoteWrite, TakesAPastedBlock) {
  const Loaded loaded = LoadText(kPasted);
  EXPECT_THAT(loaded.errors, IsEmpty());
  ASSERT_THAT(loaded.config.push.destinations, SizeIs(1));
  const push::DestinationOptions& cloud = loaded.config.push.destinations[0];
  EXPECT_EQ(cloud.transport.oauth2->client_secret.value, "hunter2");
  EXPECT_THAT(cloud.transport.oauth2->scopes, ElementsAre("write"));
  EXPECT_THAT(cloud.transport.oauth2->endpoint_params, ElementsAre(Pair("audience", "metrics")));
  EXPECT_TRUE(cloud.transport.tls.insecure_skip_verify);
  ASSERT_THAT(cloud.write_relabel_configs, SizeIs(3));
  EXPECT_EQ(cloud.write_relabel_configs[0].separator, "@");
  EXPECT_EQ(cloud.write_relabel_configs[2].modulus, 8U);
  EXPECT_EQ(cloud.queue_config.max_samples_per_send, 2000U);
  EXPECT_EQ(cloud.queue_config.min_backoff, std::chrono::milliseconds(30));
}

TEST(RemoteWrite, SaysWhichKeysOfABlockItIgnores) {
  const Loaded loaded = LoadText(kPasted);
  EXPECT_THAT(loaded.notices, SizeIs(8));
  EXPECT_THAT(loaded.notices, Each(HasSubstr(": ignored: ")));
  EXPECT_THAT(loaded.notices[0], HasSubstr("c.yml:"));
  EXPECT_THAT(loaded.notices, Each(Not(HasSubstr("hunter2"))));
}

TEST(RemoteWrite, RefusesWhatWouldChangeDelivery) {
  for (const char* line :
       {"sigv4: {region: r}", "azuread: {cloud: c}", "google_iam: {credentials_file: f}",
        "no_proxy: localhost", "proxy_from_environment: true", "http_headers: {a: {values: [b]}}",
        "tls_config: {ca: PEM}", "tls_config: {max_version: TLS12}",
        "basic_auth: {username_file: f, password: p}", "oauth2: {tls_config: {ca_file: f}}"}) {
    const Loaded loaded =
        LoadText("remote_write:\n- url: http://host/w\n  " + std::string(line) + "\n");
    ASSERT_FALSE(loaded.errors.empty()) << line;
    EXPECT_THAT(loaded.errors[0], HasSubstr("c.yml:3: remote_write[0].")) << line;
    EXPECT_THAT(loaded.errors[0], HasSubstr("not supported")) << line;
  }
}

TEST(RemoteWrite, NamesUnknownKeysWithTheirPath) {
  EXPECT_THAT(
      LoadText("remote_write:\n"
               "- url: http://host/w\n"
               "  queue_config:\n"
               "    max_bakoff: 1s\n"
               "  write_relabel_configs:\n"
               "  - {action: dorp, regexp: a, source_labels: [__name__]}\n")
          .errors,
      testing::UnorderedElementsAre(
          "c.yml:4: remote_write[0].queue_config.max_bakoff: unknown key; did you mean "
          "\"max_backoff\" or \"min_backoff\"?",
          HasSubstr("c.yml:6: remote_write[0].write_relabel_configs[0].action: "),
          HasSubstr("c.yml:6: remote_write[0].write_relabel_configs[0].regexp: unknown key; "
                    "did you mean \"regex\"?")));
}

TEST(RemoteWrite, WantsABlockAndAUrl) {
  EXPECT_THAT(LoadText("remote_write: {url: x}\n").errors,
              ElementsAre("c.yml:1: remote_write: is a map; accepted: a list"));
  EXPECT_THAT(LoadText("remote_write: [text]\n").errors,
              testing::Contains("c.yml:1: remote_write[0]: is a single value; accepted: a map"));
  EXPECT_THAT(LoadText("remote_write:\n- name: a\n").errors,
              ElementsAre(HasSubstr("c.yml:2: remote_write[0].url: ")));
}

// A secret in the wrong place must not appear in what the user pastes into a ticket.
TEST(RemoteWrite, NeverQuotesSecrets) {
  const Loaded loaded = LoadText(
      "remote_write:\n"
      "- url: 'hxxp://user:s3cret@host/w'\n"
      "  basic_auth: {username: u, password: [s3cret]}\n"
      "  bearer_token: {a: s3cret}\n"
      "  headers: {Authorization: s3cret}\n"
      "  proxy_url: 'http:/u:s3cret@h'\n",
      {"--push.url=ftp://u:s3cret@host"});
  EXPECT_THAT(loaded.errors, Not(IsEmpty()));
  EXPECT_THAT(loaded.errors, Each(Not(HasSubstr("s3cret"))));
  EXPECT_THAT(loaded.notices, Each(Not(HasSubstr("s3cret"))));
}

}  // namespace
}  // namespace hostpulse::config
