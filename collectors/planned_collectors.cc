#include "collectors/planned_collectors.h"

#include <array>

namespace hostpulse::collectors {
namespace {

constexpr FlagSpec Filter(std::string_view name, std::string_view help,
                          std::string_view value = "") {
  return {.name = name, .type = FlagType::kRegex, .default_value = value, .help = help};
}

constexpr FlagSpec Switch(std::string_view name, std::string_view help,
                          std::string_view value = "false") {
  return {.name = name, .type = FlagType::kBool, .default_value = value, .help = help};
}

constexpr FlagSpec Text(std::string_view name, std::string_view help, std::string_view value = "") {
  return {.name = name, .default_value = value, .help = help};
}

constexpr FlagSpec List(std::string_view name, std::string_view help) {
  return {.name = name, .help = help, .repeatable = true};
}

// The name that a flag had before: hidden, sets the new one.
constexpr FlagSpec Formerly(std::string_view name, std::string_view now) {
  return {.name = name,
          .type = FlagType::kRegex,
          .help = "The former name of this flag.",
          .hidden = true,
          .alias_of = now};
}

});

constexpr auto kPerf = std::to_array<FlagSpec>({
    Text("collector.perf.cpus", "CPUs to watch, such as 0-3,8; empty: all."),
    List("collector.perf.tracepoint", "A tracepoint to count, as subsystem:event."),
    Switch("collector.perf.disable-hardware-profilers", "Leave the hardware counters out."),
    List("collector.perf.hardware-profilers", "A hardware counter to report; none: all."),
    Switch("collector.perf.disable-software-profilers", "Leave the software counters out."),
    List("collector.perf.software-profilers", "A software counter to report; none: all."),
    Switch("collector.perf.disable-cache-profilers", "Leave the cache counters out."),
    List("collector.perf.cache-profilers", "A cache counter to report; none: all."),
});

constexpr auto kRunit = std::to_array<FlagSpec>({
    Text("collector.runit.servicedir", "Directory of the runit services.", "/etc/service"),
});

constexpr auto kSupervisord = std::to_array<FlagSpec>({
    {.name = "collector.supervisord.url",
     .default_value = "http://localhost:9001/RPC2",
     .help = "XML-RPC endpoint of supervisord.",
     .env = "SUPERVISORD_URL"},
});

constexpr auto kSystemd = std::to_array<FlagSpec>({
    Filter("collector.systemd.unit-include", "Units to report, whole names.", ".+"),
    Filter("collector.systemd.unit-exclude", "Units to leave out, whole names.",
           R"(.+\.(automount|device|mount|scope|slice))"),
    Switch("collector.systemd.enable-task-metrics", "Report tasks per service."),
    Switch("collector.systemd.enable-restarts-metrics", "Report restarts per service."),
    Switch("collector.systemd.enable-start-time-metrics", "Report start times of units."),
    {.name = "collector.systemd.private",
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Talk to systemd over its private socket.",
     .hidden = true},
    Formerly("collector.systemd.unit-whitelist", "collector.systemd.unit-include"),
    Formerly("collector.systemd.unit-blacklist", "collector.systemd.unit-exclude"),
});

constexpr CollectorSpec Off(std::string_view name, std::string_view help,
                            std::span<const FlagSpec> flags = {}) {
  return {.name = name, .on_by_default = false, .help = help, .flags = flags};
}

constexpr auto kPlanned = std::to_array<CollectorSpec>({
    Off("logind", "Login sessions by seat, type and class (D-Bus)."),
    Off("perf", "Hardware and software counters of perf_event_open(2).", kPerf),
    Off("runit", "State of runit services (deprecated).", kRunit),
    Off("supervisord", "State of supervisord processes (deprecated).", kSupervisord),
    Off("systemd", "Units, timers and sockets of systemd (D-Bus).", kSystemd),
});

}  // namespace

std::span<const CollectorSpec> PlannedCollectors() {
  return kPlanned;
}

}  // namespace hostpulse::collectors
