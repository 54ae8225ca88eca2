#include "exporter/config/load.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <utility>

#include "collectors/own_certificates.h"
#include "core/duration.h"
#include "core/nearest.h"
#include "exporter/config/map_reader.h"
#include "exporter/config/remote_write.h"
#include "exporter/http/web_config_file.h"

namespace hostpulse::config {
namespace {

using collectors::CollectorSpec;

constexpr std::uint64_t kMinQueueBytes = std::uint64_t{1} << 20;

// --config.file and --config.env are needed before there are Settings to ask.
std::string EarlyFlag(const FlagTable& table, const CommandLine& line,
                      const Environment& environment, std::string_view name) {
  if (const auto typed = line.flags.find(name); typed != line.flags.end()) {
    return typed->second.front();
  }
  const std::string& variable = table.Find(name)->env;
  const char* value = variable.empty() ? nullptr : environment(variable.c_str());
  return value == nullptr ? "" : value;
}

Node LoadFiles(const std::string& path, const std::string& overlay, Findings& findings) {
  if (path.empty()) return {};
  Node root = LoadDocument(path, findings);
  if (!overlay.empty()) Overlay(root, LoadDocument(OverlayPath(path, overlay), findings));
  return root;
}

// One configuration being put together from its settings and the structured keys of its file.
class Loader {
 public:
  Loader(const FlagTable& table, const Settings& settings, const Node& file, Findings& findings)
      : table_(table), settings_(settings), file_(file), findings_(findings) {}

  Config Load() {
    config_.file = settings_.Text("config.file");
    SetCollectors();
    SetLog();
    SetWeb();
    SetPush();
    SetDestinations();
    SetGateway();
    CheckLoggerNames();
    SetOwnCertificates();
    if (settings_.Given("runtime.gomaxprocs")) {
      findings_.Notice("flag --runtime.gomaxprocs has no effect: there is no Go runtime here");
    }
    return std::move(config_);
  }

 private:
  // A structured section of the file; its unknown keys have been reported.
  MapReader Reader(const char* section) const {
    static const Node kNone;
    const Node* node = file_.Find(section);
    return {node != nullptr && node->kind == Node::Kind::kMap ? *node : kNone, section, findings_};
  }

  void SetCollectors() {
    collectors::CollectorSetOptions& to = config_.collectors;
    to.paths = {settings_.Text("path.procfs"), settings_.Text("path.sysfs"),
                settings_.Text("path.rootfs"), settings_.Text("path.udev.data")};
    for (const Flag& flag : table_.flags()) {
      if (flag.section == Section::kCollectorFlags) {
        to.flags.Set(flag.name, settings_.Texts(flag.name));
      }
    }
    to.flags.Set("hostpulse.fixed-scales", settings_.Texts("hostpulse.fixed-scales"));

    for (const CollectorSpec* spec : collectors::CollectorTable()) {
      if (IsOn("collector." + std::string(spec->name))) to.enabled.emplace_back(spec->name);
    }
  }

  bool IsOn(const std::string& flag) const {
    if (settings_.Bool("collector.disable-defaults") && !settings_.Given(flag)) return false;
    return settings_.Bool(flag);
  }

  void SetLog() {
    if (const auto level = ParseLogLevel(settings_.Text("log.level"))) {
      config_.log.root.level = *level;
    }
    if (const auto format = ParseLogFormat(settings_.Text("log.format"))) {
      config_.log.root.format = *format;
    }
    MapReader log = Reader("log");
    std::vector<std::pair<std::string, std::string>> levels;
    log.Pairs("loggers", levels);
    for (const auto& [name, text] : levels) {
      if (const auto level = ParseLogLevel(text)) {
        config_.log.loggers.emplace_back(name, *level);
      } else {
        ReportBelow("log", "loggers", name, level.status().message());
      }
    }
  }

  void SetWeb() {
    WebConfig& to = config_.web;
    to.server.listen = settings_.Texts("web.listen-address");
    to.server.systemd_socket = settings_.Bool("web.systemd-socket");
    to.server.web_config_file = settings_.Text("web.config.file");
    to.telemetry_path = settings_.Text("web.telemetry-path");
    to.max_requests = MaxRequests();
    to.disable_exporter_metrics = settings_.Bool("web.disable-exporter-metrics");
    to.enable_openmetrics = settings_.Bool("web.enable-openmetrics");
    to.enable_lifecycle = settings_.Bool("web.enable-lifecycle");
    if (const auto mode = http::ParseLoggersMode(settings_.Text("web.loggers"))) {
      to.loggers = *mode;
    }
  }

  int MaxRequests() const {
    const std::string& text = settings_.Text("web.max-requests");
    int value = std::numeric_limits<int>::max();  // More than fits is as good as no limit.
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }

  void SetPush() {
    push::SamplerOptions& sampler = config_.push.sampler;
    if (const auto interval = ParseDuration(settings_.Text("push.interval"))) {
      sampler.interval = *interval;
    }
    sampler.job = settings_.Text("push.job");
    sampler.instance = settings_.Text("push.instance");
    MapReader global = Reader("global");
    std::vector<std::pair<std::string, std::string>> labels;
    global.Pairs("external_labels", labels);
    for (const auto& [name, value] : labels) {
      if (const Status status = push::CheckLabelName(name); !status) {
        ReportBelow("global", "external_labels", name, status.message());
      }
      sampler.external_labels[name] = value;
    }

    push::QueueOptions& queue = config_.push.queue;
    queue.dir = settings_.Text("push.queue-dir");
    MapReader reader = Reader("push");
    reader.Bytes("max_bytes", queue.max_bytes);
    if (queue.max_bytes < kMinQueueBytes) reader.Error("max_bytes", "accepted: 1MiB or more");
    reader.Time("max_age", queue.max_age);
    if (queue.max_age < sampler.interval) {
      reader.Error("max_age", "is shorter than the interval of collection");
    }
    SetFsync(reader, queue);
  }

  static void SetFsync(MapReader& reader, push::QueueOptions& queue) {
    reader.Word("fsync", [&](const std::string& text) {
      const auto interval = ParseDuration(text);
      if (text == "never") {
        queue.fsync = std::chrono::nanoseconds::max();
      } else if (text == "always") {
        queue.fsync = std::chrono::nanoseconds::zero();
      } else if (interval) {
        queue.fsync = *interval;
      } else {
        return Status(ErrorCode::kInvalid, "accepted: a duration as 1s, always or never");
      }
      return Status();
    });
  }

  void SetDestinations() {
    std::vector<push::DestinationOptions>& to = config_.push.destinations;
    const Node* list = file_.Find("remote_write");
    if (list != nullptr) to = ReadRemoteWrite(*list, config_.file, findings_);
    for (const std::string& url : settings_.Texts("push.url")) {
      to.emplace_back().transport.url = url;
    }
    std::set<std::string> names;
    for (std::size_t i = 0; i < to.size(); ++i) {
      push::DestinationOptions& one = to[i];
      if (one.name.empty()) one.name = push::DestinationName(one.transport.url);
      if (names.insert(one.name).second) continue;
      const bool in_file = list != nullptr && i < list->items.size();
      findings_.Error(in_file ? list->items[i].place : Place(),
                      in_file ? "remote_write[" + std::to_string(i) + "].name" : "flag --push.url",
                      "another destination has the name \"" + one.name + "\"");
    }
  }

  void SetGateway() {
    const std::string& url = settings_.Text("push.gateway-url");
    MapReader reader = Reader("push");
    const Node* node = reader.TakeMap("gateway");
    if (node == nullptr) {
      if (!url.empty()) config_.push.gateway.emplace().transport.url = url;
    } else {
      config_.push.gateway = ReadGateway(*node, url, config_.file, findings_);
    }
    if (!settings_.Given("push.gateway-keep")) return;
    if (!config_.push.gateway) {
      findings_.Notice("flag --push.gateway-keep has no effect without --push.gateway-url");
    } else {
      config_.push.gateway->keep = settings_.Bool("push.gateway-keep");
    }
  }

  // What the program serves and pushes with, for the collector that watches certificates. A web
  // configuration that is broken is told of by whoever uses it.
  void SetOwnCertificates() {
    std::vector<std::string> paths;
    const auto add = [&](const std::string& path) {
      if (!path.empty()) paths.push_back(path);
    };
    const std::string& web_file = config_.web.server.web_config_file;
    const bool watched = IsOn("collector.certificate");
    if (watched && !web_file.empty()) {
      const auto web = http::LoadWebConfig(web_file);
      if (web && web->tls) {
        add(web->tls->certificate.file);
        add(web->tls->client_ca.file);
      }
    }
    for (const push::DestinationOptions& destination : config_.push.destinations) {
      add(destination.transport.tls.cert_file);
    }
    if (config_.push.gateway) add(config_.push.gateway->transport.tls.cert_file);
    config_.collectors.flags.Set(collectors::kOwnCertificates, std::move(paths));
  }

  void CheckLoggerNames() {
    const std::vector<std::string> names = LoggerNames(config_);
    for (const auto& [name, level] : config_.log.loggers) {
      if (std::ranges::find(names, name) != names.end()) continue;
      ReportBelow("log", "loggers", name, "unknown logger" + DidYouMean(name, names));
    }
  }

  // About a key that the user chose: a label, a logger.
  void ReportBelow(const char* section, const char* map, const std::string& key,
                   std::string_view what) {
    const Node* node = file_.Find(section)->Find(map);
    const auto member = std::ranges::find(node->members, key, &Member::key);
    findings_.Error(member->place, std::string(section) + "." + map + "." + key, what);
  }

  const FlagTable& table_;
  const Settings& settings_;
  const Node& file_;
  Findings& findings_;
  Config config_;
};

}  // namespace

std::vector<std::string> LoggerNames(const Config& config) {
  std::vector<std::string> names = {"ROOT", "app", "collector", "config", "http", "push", "queue"};
  if (config.push.gateway) names.emplace_back("push.gateway");
  for (const CollectorSpec* spec : collectors::CollectorTable()) {
    names.push_back("collector." + std::string(spec->name));
  }
  for (const push::DestinationOptions& destination : config.push.destinations) {
    names.push_back(push::DestinationLoggerName(destination.name));
  }
  return names;
}

Config LoadConfig(const FlagTable& table, const CommandLine& line, const Environment& environment,
                  Findings& findings) {
  const std::string path = EarlyFlag(table, line, environment, "config.file");
  const std::string overlay = EarlyFlag(table, line, environment, "config.env");
  if (path.empty() && line.Has("config.env") && !overlay.empty()) {
    findings.Error("flag --config.env: needs --config.file, which it overlays");
  }
  const Node file = LoadFiles(path, overlay, findings);
  GivenFlags given = FlagsOfFile(table, file, findings);
  for (const char* flag : {"web.config.file", "push.queue-dir"}) {
    const auto found = given.find(flag);
    if (found != given.end()) found->second.texts[0] = PathBeside(path, found->second.texts[0]);
  }
  const Settings settings(table, line, environment, std::move(given), findings);
  Config config = Loader(table, settings, file, findings).Load();
  config.file_values = FlattenFile(file);
  config.notices = findings.TakeNotices();
  return config;
}

}  // namespace hostpulse::config
