#include <array>
#include <initializer_list>
#include <utility>

#include "core/duration.h"
#include "core/log/logger_registry.h"
#include "exporter/config/config.h"
#include "exporter/config/flag_table.h"
#include "exporter/config/url.h"

namespace hostpulse::config {
namespace {

using collectors::FlagType;

Flag Make(std::string_view name, FlagType type, std::string_view default_value, Section section,
          std::string_view file_key, std::string_view help,
          Status (*check)(std::string_view) = nullptr) {
  Flag flag;
  flag.name = std::string(name);
  flag.type = type;
  flag.default_value = std::string(default_value);
  flag.section = section;
  flag.file_key = std::string(file_key);
  flag.help = std::string(help);
  flag.check = check;
  return flag;
}

Flag Repeatable(Flag flag) {
  flag.repeatable = true;
  return flag;
}

Flag Hidden(Flag flag) {
  flag.hidden = true;
  return flag;
}

Flag FromEnvironment(Flag flag, std::string_view variable) {
  flag.env = std::string(variable);
  return flag;
}

Flag OneOf(Flag flag, std::initializer_list<const char*> choices) {
  flag.choices.assign(choices.begin(), choices.end());
  return flag;
}

Flag Of(std::initializer_list<const char*> commands, Flag flag) {
  flag.commands.assign(commands.begin(), commands.end());
  flag.section = Section::kCommand;
  return flag;
}

Status CheckLevel(std::string_view text) {
  return ParseLogLevel(text).status();
}
Status CheckFormat(std::string_view text) {
  return ParseLogFormat(text).status();
}
Status CheckLoggers(std::string_view text) {
  return http::ParseLoggersMode(text).status();
}
Status CheckPushUrl(std::string_view text) {
  return CheckUrl(text, {"http", "https"});
}

Status CheckTelemetryPath(std::string_view text) {
  if (text.starts_with('/') && text.find_first_of("?#*% ") == text.npos) return {};
  return {ErrorCode::kInvalid, "accepted: a path that begins with '/', as /metrics"};
}

Status CheckEnvironmentName(std::string_view text) {
  if (text.find_first_of("/\\") == text.npos) return {};
  return {ErrorCode::kInvalid, "accepted: a name without '/', as prod for hostpulse-prod.yml"};
}

Status CheckInterval(std::string_view text) {
  const auto interval = ParseDuration(text);
  if (interval && *interval >= kMinInterval && *interval <= kMaxInterval) return {};
  return {ErrorCode::kInvalid, "accepted: 100ms to 1d, as 15s"};
}

Status CheckCount(std::string_view text) {
  return text.starts_with('-') ? Status(ErrorCode::kInvalid, "accepted: 0 or more") : Status();
}

Status CheckNotEmpty(std::string_view text) {
  return text.empty() ? Status(ErrorCode::kInvalid, "must not be empty") : Status();
}

void AppendGeneral(std::vector<Flag>& flags) {
  constexpr auto kSection = Section::kGeneral;
  flags.insert(
      flags.end(),
      {Make("help", FlagType::kBool, "false", kSection, "", "Show this text and exit (also -h)."),
       Make("version", FlagType::kBool, "false", kSection, "", "Show the version and exit."),
       Make("config.file", FlagType::kString, "", kSection, "",
            "Configuration file: YAML, or JSON where its name ends in .json."),
       FromEnvironment(
           Make("config.env", FlagType::kString, "", kSection, "",
                "Name of an environment: hostpulse.yml is overlaid by hostpulse-NAME.yml beside "
                "it.",
                CheckEnvironmentName),
           "HOSTPULSE_ENV"),
       Make("collector.disable-defaults", FlagType::kBool, "false", kSection, "",
            "Switch every collector off that is not switched on by name."),
       Make("hostpulse.fixed-scales", FlagType::kBool, "false", kSection, "",
            "Correct the scales that node_exporter gets wrong instead of copying them."),
       Make("runtime.gomaxprocs", FlagType::kInt, "1", kSection, "",
            "Accepted for node_exporter's sake, without effect.")});
}

// kingpin's own, which no help but --help-long shows.
void AppendHidden(std::vector<Flag>& flags) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kHidden = {{
      {"help-long", "Show the help with the hidden flags and exit."},
      {"help-man", "Print a manual page for man(1) and exit."},
      {"completion-bash", "Print what the last of the words behind this flag may become and exit."},
      {"completion-script-bash", "Print a script that completes the flags in bash and exit."},
      {"completion-script-zsh", "Print a script that completes the flags in zsh and exit."},
  }};
  for (const auto& [name, help] : kHidden) {
    flags.push_back(Hidden(Make(name, FlagType::kBool, "false", Section::kGeneral, "", help)));
  }
}

void AppendWeb(std::vector<Flag>& flags) {
  constexpr auto kSection = Section::kWeb;
  flags.insert(
      flags.end(),
      {Repeatable(Make("web.listen-address", FlagType::kString, ":9100", kSection, "web.listen",
                       "Address to listen on: host:port, [::1]:9100 or unix:///path.",
                       CheckNotEmpty)),
       Make("web.systemd-socket", FlagType::kBool, "false", kSection, "web.systemd_socket",
            "Use the sockets that systemd passes instead of opening any."),
       Make("web.config.file", FlagType::kString, "", kSection, "web.config_file",
            "File with TLS, authentication and limits, as exporter-toolkit has it."),
       Make("web.telemetry-path", FlagType::kString, "/metrics", kSection, "web.telemetry_path",
            "Path that metrics are served at.", CheckTelemetryPath),
       Make("web.max-requests", FlagType::kInt, "40", kSection, "web.max_requests",
            "Scrapes answered at the same time; 0 or less means no limit."),
       Make("web.disable-exporter-metrics", FlagType::kBool, "false", kSection,
            "web.disable_exporter_metrics", "Leave out the metrics of the process itself."),
       Make("web.enable-openmetrics", FlagType::kBool, "false", kSection, "web.enable_openmetrics",
            "Answer in OpenMetrics where a client prefers it."),
       Make("web.enable-lifecycle", FlagType::kBool, "false", kSection, "web.enable_lifecycle",
            "Reload the configuration on POST /-/reload."),
       OneOf(Make("web.loggers", FlagType::kString, "local", kSection, "web.loggers",
                  "Who may change levels at /loggers: off (nobody, nor see them), read (nobody), "
                  "local (the loopback interface and authenticated clients), all.",
                  CheckLoggers),
             {"off", "read", "local", "all"})});
}

void AppendLogAndPaths(std::vector<Flag>& flags) {
  flags.insert(
      flags.end(),
      {OneOf(Make("log.level", FlagType::kString, "info", Section::kLog, "log.level",
                  "Lines of this level and above are written: error, warn, info, debug, trace.",
                  CheckLevel),
             {"error", "warn", "info", "debug", "trace"}),
       OneOf(Make("log.format", FlagType::kString, "logfmt", Section::kLog, "log.format",
                  "Form of the lines: logfmt or json.", CheckFormat),
             {"logfmt", "json"}),
       Make("path.procfs", FlagType::kString, "/proc", Section::kPath, "path.procfs",
            "Where procfs is mounted.", CheckNotEmpty),
       Make("path.sysfs", FlagType::kString, "/sys", Section::kPath, "path.sysfs",
            "Where sysfs is mounted.", CheckNotEmpty),
       Make("path.rootfs", FlagType::kString, "/", Section::kPath, "path.rootfs",
            "Where the host's root file system is mounted.", CheckNotEmpty),
       Make("path.udev.data", FlagType::kString, "/run/udev/data", Section::kPath, "path.udev_data",
            "Where udev keeps its data.", CheckNotEmpty)});
}

void AppendPush(std::vector<Flag>& flags) {
  constexpr auto kSection = Section::kPush;
  flags.insert(
      flags.end(),
      {Repeatable(Make("push.url", FlagType::kString, "", kSection, "",
                       "Push samples here by Prometheus remote write.", CheckPushUrl)),
       Make("push.interval", FlagType::kDuration, "15s", kSection, "global.interval",
            "How often samples are collected for pushing.", CheckInterval),
       Make("push.job", FlagType::kString, "node", kSection, "global.job",
            "The job label of pushed series.", CheckNotEmpty),
       Make("push.instance", FlagType::kString, "", kSection, "global.instance",
            "The instance label of pushed series; without it, the host name."),
       Make("push.queue-dir", FlagType::kString, "/var/lib/hostpulse/queue", kSection,
            "push.queue_dir", "Directory of the queue of samples not yet delivered.",
            CheckNotEmpty),
       Make("push.gateway-url", FlagType::kString, "", kSection, "",
            "Keep the newest metrics in the Pushgateway at this URL, until hostpulse ends.",
            CheckPushUrl),
       Make("push.gateway-keep", FlagType::kBool, "false", kSection, "",
            "Leave them in the Pushgateway when hostpulse ends.")});
}

// The times are checked by the command, since they may be durations before now.
void AppendOfCommands(std::vector<Flag>& flags) {
  const auto add = [&](std::initializer_list<const char*> commands, std::string_view name,
                       FlagType type, std::string_view default_value, std::string_view help) {
    flags.push_back(Of(commands, Make(name, type, default_value, Section::kCommand, "", help)));
  };
  add({"describe", "queue"}, "json", FlagType::kBool, "false",
      "With describe and queue stat: as JSON instead of a table.");
  add({"check"}, "verbose", FlagType::kBool, "false", "With check: also a line for what is right.");
  flags.push_back(Of({"top"}, Make("interval", FlagType::kDuration, "1s", Section::kCommand, "",
                                   "With top: how often to look.", CheckInterval)));
  flags.push_back(Of({"top"}, Make("count", FlagType::kInt, "0", Section::kCommand, "",
                                   "With top: how many times; 0 for no end.", CheckCount)));
  add({"top"}, "plain", FlagType::kBool, "false",
      "With top: a line each time instead of a screen, on a terminal, too.");
  add({"queue"}, "since", FlagType::kString, "",
      "With queue dump and replay: from this time on, as 2026-01-31T08:00:00Z, Unix seconds, or a "
      "duration before now.");
  add({"queue"}, "until", FlagType::kString, "", "With queue dump and replay: up to this time.");
  add({"queue"}, "destination", FlagType::kString, "",
      "With queue dump and replay: only what this destination has not acknowledged.");
  add({"queue"}, "refused", FlagType::kBool, "false",
      "With queue commands: also the segments that are kept for samples refused for good.");
  add({"queue"}, "to", FlagType::kString, "",
      "With queue replay: the name of a configured destination, or the URL of a receiver.");
  flags.push_back(OneOf(Of({"queue"}, Make("format", FlagType::kString, "openmetrics",
                                           Section::kCommand, "", "With queue dump: the format.")),
                        {"openmetrics", "vm-json"}));
}

}  // namespace

std::vector<Flag> ProgramFlags() {
  std::vector<Flag> flags;
  AppendGeneral(flags);
  AppendHidden(flags);
  AppendWeb(flags);
  AppendLogAndPaths(flags);
  AppendPush(flags);
  AppendOfCommands(flags);
  return flags;
}

}  // namespace hostpulse::config
