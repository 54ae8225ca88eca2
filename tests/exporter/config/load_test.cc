#include "exporter/config/load.h"

#include <gmock/gmock.h>

#include "tests/exporter/config/config_test_support.h"

namespace hostpulse::config {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr const char* kContract = R"(
global:
  interval: 15s                 # collection interval of push
  job: node
  instance: web-01              # default: the host name
  external_labels: {datacenter: ams1}
collectors: {loadavg: true, uname: false}
log: {level: info, format: logfmt, loggers: {push: debug}}
web: {listen: [":9100"], config_file: web.yml}
push: {queue_dir: /var/lib/hostpulse/queue, max_bytes: 512MiB, max_age: 7d, fsync: 1s}
remote_write:
  - name: primary
    url: https://metrics.example/api/v1/write
    protobuf_message: auto
    compression: auto
    remote_timeout: 30s
    headers: {X-Scope-OrgID: team-a}
    basic_auth: {username: u, password_file: /etc/hostpulse/pw}
    tls_config: {ca_file: ca.pem, cert_file: c.pem, key_file: k.pem, server_name: x, insecure_skip_verify: false, min_version: TLS12}
    proxy_url: http://proxy:3128
    write_relabel_configs: [{source_labels: [__name__], regex: node_scrape_.*, action: drop}]
    queue_config: {batch_send_deadline: 5s, max_samples_per_send: 10000, min_backoff: 1s, max_backoff: 30s, sample_age_limit: 0s}
    metadata_config: {send: true, send_interval: 10m}
)";

TEST(Load, HasNodeExportersDefaults) {
  const Loaded loaded = Load({});
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_THAT(loaded.notices, IsEmpty());
  EXPECT_THAT(loaded.config.web.server.listen, ElementsAre(":9100"));
  EXPECT_EQ(loaded.config.web.telemetry_path, "/metrics");
  EXPECT_EQ(loaded.config.web.max_requests, 40);
  EXPECT_EQ(loaded.config.collectors.paths.procfs, "/proc");
  EXPECT_THAT(loaded.config.collectors.enabled, Contains("loadavg"));
  EXPECT_THAT(loaded.config.push.destinations, IsEmpty());
  EXPECT_TRUE(loaded.config.collectors.flags.Bool("collector.netdev.netlink"));
  EXPECT_THAT(loaded.config.collectors.flags.Strings("collector.textfile.directory"), IsEmpty());
}

TEST(Load, TakesTheWholeFileOfTheContract) {
  const Loaded loaded = LoadText(kContract);
  EXPECT_THAT(loaded.errors, IsEmpty());
  const Config& config = loaded.config;
  EXPECT_EQ(config.push.sampler.instance, "web-01");
  EXPECT_THAT(config.push.sampler.external_labels, ElementsAre(Pair("datacenter", "ams1")));
  EXPECT_THAT(config.collectors.enabled, Not(Contains("uname")));
  EXPECT_THAT(config.log.loggers, ElementsAre(Pair("push", LogLevel::kDebug)));
  EXPECT_EQ(config.push.queue.max_bytes, std::uint64_t{512} << 20);
  EXPECT_EQ(config.push.queue.max_age, hours(168));
  EXPECT_EQ(config.push.queue.fsync, seconds(1));

  ASSERT_EQ(config.push.destinations.size(), 1U);
  const push::DestinationOptions& primary = config.push.destinations[0];
  EXPECT_EQ(primary.name, "primary");
  EXPECT_EQ(primary.transport.url, "https://metrics.example/api/v1/write");
  EXPECT_EQ(primary.transport.basic_auth->password.file, "/etc/hostpulse/pw");
  EXPECT_EQ(primary.transport.tls.server_name, "x");
  EXPECT_EQ(primary.transport.proxy_url, "http://proxy:3128");
  EXPECT_THAT(primary.transport.headers, ElementsAre(Pair("X-Scope-OrgID", "team-a")));
  ASSERT_EQ(primary.write_relabel_configs.size(), 1U);
  EXPECT_EQ(primary.write_relabel_configs[0].action, push::RelabelAction::kDrop);
  EXPECT_EQ(primary.metadata_config.send_interval, std::chrono::minutes(10));
}

TEST(Load, ReadsTheSameAsJson) {
  const Loaded loaded = LoadText(
      "{\"global\": {\"interval\": \"30s\"},\n"
      " \"web\": {\"listen\": [\":1\", \":2\"], \"max_requests\": 7},\n"
      " \"collectors\": {\"loadavg\": false}}",
      {}, "c.json");
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_EQ(loaded.config.push.sampler.interval, seconds(30));
  EXPECT_THAT(loaded.config.web.server.listen, ElementsAre(":1", ":2"));
  EXPECT_EQ(loaded.config.web.max_requests, 7);
  EXPECT_THAT(loaded.config.collectors.enabled, Not(Contains("loadavg")));
}

TEST(Load, TakesPathsOfTheFileRelativeToIt) {
  const ConfigDir dir;
  const std::string file = dir.Write("c.yml",
                                     "web: {config_file: web.yml}\n"
                                     "push: {queue_dir: queue}\n"
                                     "remote_write:\n"
                                     "- url: http://h/w\n"
                                     "  tls_config: {ca_file: ca.pem}\n"
                                     "  bearer_token_file: /abs/token\n");
  const Config config = Load({"--config.file", file}).config;
  EXPECT_EQ(config.web.server.web_config_file, dir.Path("web.yml"));
  EXPECT_EQ(config.push.queue.dir, dir.Path("queue"));
  EXPECT_EQ(config.push.destinations.at(0).transport.tls.ca_file, dir.Path("ca.pem"));
  EXPECT_EQ(config.push.destinations.at(0).transport.authorization->credentials.file, "/abs/token");
}

TEST(Load, LetsFlagsWinOverEnvironmentOverFileOverDefault) {
  const std::string file = "log: {level: warn, format: json}\ncollectors: {loadavg: false}\n";
  const Loaded loaded = LoadText(file, {"--log.level=debug", "--collector.loadavg"});
  EXPECT_EQ(loaded.config.log.root.level, LogLevel::kDebug);
  EXPECT_EQ(loaded.config.log.root.format, LogFormat::kJson);
  EXPECT_THAT(loaded.config.collectors.enabled, Contains("loadavg"));
}

TEST(Load, OverlaysTheFileOfTheEnvironment) {
  const ConfigDir dir;
  const std::string file = dir.Write(
      "hostpulse.yml", "global: {job: base, instance: i}\nweb: {listen: [\":1\", \":2\"]}\n");
  dir.Write("hostpulse-prod.yml", "global: {job: prod}\nweb: {listen: [\":3\"]}\n");
  dir.Write("hostpulse-test.yml", "global: {jop: test}\n");
  const auto job = [&](const std::vector<std::string>& arguments, const char* environment) {
    std::map<std::string, std::string> variables;
    if (environment != nullptr) variables["HOSTPULSE_ENV"] = environment;
    return Load(arguments, variables).config.push.sampler.job;
  };
  const std::string flag = "--config.file=" + file;
  EXPECT_EQ(job({flag}, nullptr), "base");
  EXPECT_EQ(job({flag}, "prod"), "prod");
  EXPECT_EQ(job({flag, "--config.env=prod"}, "test"), "prod");

  const Loaded prod = Load({flag, "--config.env=prod"});
  EXPECT_EQ(prod.config.push.sampler.instance, "i");
  EXPECT_THAT(prod.config.web.server.listen, ElementsAre(":3"));

  EXPECT_THAT(Load({flag, "--config.env=test"}).errors,
              ElementsAre(dir.Path("hostpulse-test.yml") +
                          ":1: global.jop: unknown key; did you mean \"job\"?"));
  EXPECT_THAT(Load({flag, "--config.env=none"}).errors,
              ElementsAre(HasSubstr("hostpulse-none.yml: cannot be read")));
  EXPECT_THAT(Load({"--config.env=prod"}).errors, ElementsAre(HasSubstr("needs --config.file")));
  EXPECT_THAT(Load({flag, "--config.env=../x"}).errors,
              Contains(HasSubstr("flag --config.env: accepted: a name without '/'")));
}

TEST(Load, DisablesDefaultsButNotWhatIsNamed) {
  EXPECT_THAT(Load({"--collector.disable-defaults"}).config.collectors.enabled, IsEmpty());
  EXPECT_THAT(
      Load({"--collector.disable-defaults", "--collector.loadavg"}).config.collectors.enabled,
      ElementsAre("loadavg"));
}

TEST(Load, TakesFlagsOfCollectorsFromTheFile) {
  const Loaded loaded = LoadText(
      "collectors:\n"
      "  netdev: {enabled: true, device-exclude: '^lo$', netlink: no}\n"
      "  textfile: {directory: [/a, /b]}\n"
      "  uname: {enabled: false}\n");
  EXPECT_THAT(loaded.errors, IsEmpty());
  const collectors::FlagValues& flags = loaded.config.collectors.flags;
  EXPECT_EQ(flags.String("collector.netdev.device-exclude"), "^lo$");
  EXPECT_FALSE(flags.Bool("collector.netdev.netlink"));
  EXPECT_THAT(flags.Strings("collector.textfile.directory"), ElementsAre("/a", "/b"));
  EXPECT_THAT(loaded.config.collectors.enabled, Not(Contains("uname")));
}

TEST(Load, TurnsDeprecatedNamesIntoTheNewOnes) {
  const Loaded loaded = Load({"--collector.netdev.device-blacklist=^lo$"});
  EXPECT_EQ(loaded.config.collectors.flags.String("collector.netdev.device-exclude"), "^lo$");
  EXPECT_THAT(loaded.notices, ElementsAre("flag --collector.netdev.device-blacklist is deprecated; "
                                          "use --collector.netdev.device-exclude"));
  EXPECT_THAT(
      Load({"--collector.netdev.device-blacklist=a", "--collector.netdev.device-exclude=b"}).errors,
      ElementsAre(HasSubstr("mutually exclusive")));
}

TEST(Load, IgnoresGoSettingsWithOneLine) {
  EXPECT_THAT(Load({"--runtime.gomaxprocs=2"}).notices,
              ElementsAre(HasSubstr("--runtime.gomaxprocs has no effect")));
}

TEST(Load, ReportsEveryErrorOfTheFileAtOnce) {
  const Loaded loaded = LoadText(R"(global:
  intervall: 15s
  interval: 5 apples
  external_labels: {0dc: x, ok: [1]}
collectors: {systemdd: true, loadavg: maybe}
log: {level: loud, loggers: {push: noisy, pusch: info}}
web: {listen: {a: b}, max_requests: many, telemetry_path: metrics, enable_lifecycle: 7}
push: {max_bytes: 1 apple, max_age: 0s, fsync: sometimes}
remote_write:
  - url: ftp://host/write
    remote_timeout: soon
    queue_config: {max_samples_per_send: many}
    sigv4: {region: x}
extra: 1
)");
  EXPECT_THAT(
      loaded.errors,
      UnorderedElementsAre(
          "c.yml:2: global.intervall: unknown key; did you mean \"interval\"?",
          HasSubstr("c.yml:3: global.interval: "),
          HasSubstr("c.yml:4: global.external_labels.0dc: "),
          "c.yml:4: global.external_labels.ok: is a list; accepted: a text",
          "c.yml:5: collectors.systemdd: unknown collector; did you mean \"systemd\"?",
          "c.yml:5: collectors.loadavg: accepted: true, false or a map such as {enabled: true}",
          HasSubstr("c.yml:6: log.level: "), HasSubstr("c.yml:6: log.loggers.push: "),
          "c.yml:6: log.loggers.pusch: unknown logger; did you mean \"push\"?",
          "c.yml:7: web.listen: is a map; accepted: a list of texts",
          HasSubstr("c.yml:7: web.max_requests: "),
          HasSubstr("c.yml:7: web.telemetry_path: accepted: a path that begins with '/'"),
          "c.yml:7: web.enable_lifecycle: is not a boolean; accepted: true or false",
          HasSubstr("c.yml:8: push.max_bytes: is not a size; accepted: a size as 512MiB"),
          HasSubstr("c.yml:8: push.max_age: "),
          "c.yml:8: push.fsync: accepted: a duration as 1s, always or never",
          HasSubstr("c.yml:10: remote_write[0].url: "),
          HasSubstr("c.yml:11: remote_write[0].remote_timeout: "),
          HasSubstr("c.yml:12: remote_write[0].queue_config.max_samples_per_send: accepted: a "
                    "whole number"),
          HasSubstr("c.yml:13: remote_write[0].sigv4: is not supported"),
          HasSubstr("c.yml:14: extra: unknown key; accepted: collectors, global, log")));
}

TEST(Load, ReportsErrorsOfFlagsBesideThoseOfTheFile) {
  const Loaded loaded =
      LoadText("log: {level: loud}\n",
               {"--web.max-requests=x", "--collector.netstat.fields=(", "--push.url=host",
                "--push.interval=1ms", "--web.loggers=some", "--log.level=info"});
  EXPECT_THAT(loaded.errors,
              UnorderedElementsAre(HasSubstr("c.yml:1: log.level: "),
                                   "flag --web.max-requests: \"x\": accepted is a whole number",
                                   HasSubstr("flag --collector.netstat.fields: "),
                                   HasSubstr("flag --push.url: is not a URL"),
                                   HasSubstr("flag --push.interval: accepted: 100ms to 1d"),
                                   HasSubstr("flag --web.loggers: ")));
}

TEST(Load, AddsTheUrlsOfTheCommandLine) {
  const Loaded loaded = LoadText("remote_write: [{name: a, url: 'http://one/w'}]\n",
                                 {"--push.url=http://two/w", "--push.url=http://three/w"});
  EXPECT_THAT(loaded.errors, IsEmpty());
  ASSERT_EQ(loaded.config.push.destinations.size(), 3U);
  EXPECT_EQ(loaded.config.push.destinations[2].transport.url, "http://three/w");
  EXPECT_FALSE(loaded.config.push.destinations[2].name.empty());
}

TEST(Load, RefusesTwoDestinationsOfOneName) {
  EXPECT_THAT(LoadText("remote_write:\n- {name: a, url: 'http://one/w'}\n- {name: a, url: "
                       "'http://two/w'}\n")
                  .errors,
              ElementsAre("c.yml:3: remote_write[1].name: another destination has the name \"a\""));
}

TEST(Load, TakesLoggersOfCollectorsAndDestinations) {
  const Loaded loaded = LoadText(
      "log: {loggers: {collector: warn, collector.cpu: trace, push.a: debug, ROOT: error}}\n"
      "remote_write: [{name: a, url: 'http://one/w'}]\n");
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_EQ(loaded.config.log.loggers.size(), 4U);
}

}  // namespace
}  // namespace hostpulse::config
