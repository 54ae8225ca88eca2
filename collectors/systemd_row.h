#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "collectors/flag_spec.h"
#include "core/metrics/metric_desc.h"

namespace hostpulse::collectors {

// What the table says of the systemd collector: its flags and metrics.

inline constexpr std::string_view kSystemdInclude = "collector.systemd.unit-include";
inline constexpr std::string_view kSystemdExclude = "collector.systemd.unit-exclude";
inline constexpr std::string_view kSystemdTasks = "collector.systemd.enable-task-metrics";
inline constexpr std::string_view kSystemdWithRestarts =
    "collector.systemd.enable-restarts-metrics";
inline constexpr std::string_view kSystemdStartTimes =
    "collector.systemd.enable-start-time-metrics";
inline constexpr std::string_view kSystemdPrivate = "collector.systemd.private";

inline constexpr auto kSystemdFlags = std::to_array<FlagSpec>({
    {.name = kSystemdInclude,
     .type = FlagType::kRegex,
     .default_value = ".+",
     .help = "Units to report, whole names."},
    {.name = kSystemdExclude,
     .type = FlagType::kRegex,
     .default_value = R"(.+\.(automount|device|mount|scope|slice))",
     .help = "Units to leave out, whole names."},
    {.name = kSystemdTasks,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Report tasks per service."},
    {.name = kSystemdWithRestarts,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Report restarts per service."},
    {.name = kSystemdStartTimes,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Report start times of units."},
    {.name = kSystemdPrivate,
     .type = FlagType::kBool,
     .default_value = "false",
     .help = "Talk to systemd over its private socket.",
     .hidden = true},
    {.name = "collector.systemd.unit-whitelist",
     .type = FlagType::kRegex,
     .help = "The former name of this flag.",
     .hidden = true,
     .alias_of = kSystemdInclude},
    {.name = "collector.systemd.unit-blacklist",
     .type = FlagType::kRegex,
     .help = "The former name of this flag.",
     .hidden = true,
     .alias_of = kSystemdExclude},
});

enum SystemdMetric : std::size_t {
  kSystemdVersion,
  kSystemdVirtualization,
  kSystemdRunning,
  kSystemdUnits,
  kSystemdUnitState,
  kSystemdUnitStart,
  kSystemdTasksCurrent,
  kSystemdTasksMax,
  kSystemdRestarts,
  kSystemdTimerTrigger,
  kSystemdSocketAccepted,
  kSystemdSocketCurrent,
  kSystemdSocketRefused,
};

// In the order of SystemdMetric.
inline constexpr auto kSystemdMetrics = std::to_array<MetricDesc>({
    {"node_systemd_version", kGauge, "version", "",
     "Number of the systemd version that runs; its full text is the label."},
    {"node_systemd_virtualization_info", kGauge, "virtualization_type", "",
     "Always 1; what systemd takes the host to be virtualized by, or none."},
    {"node_systemd_system_running", kGauge, "", "bool",
     "1 where the system is up and no unit has failed, else 0."},
    {"node_systemd_units", kGauge, "state", "", "Units that systemd has in memory, by state."},
    {"node_systemd_unit_state", kGauge, "name,state,type", "bool",
     "1 for the state that the unit is in, else 0."},
    {"node_systemd_unit_start_time_seconds", kGauge, "name", "seconds",
     "When the unit became active, since the epoch; 0 while it is not."},
    {"node_systemd_unit_tasks_current", kGauge, "name", "", "Tasks that the service has now."},
    {"node_systemd_unit_tasks_max", kGauge, "name", "", "Most tasks that the service may have."},
    {"node_systemd_service_restart_total", kCounter, "name", "",
     "Times that systemd restarted the service by itself."},
    {"node_systemd_timer_last_trigger_seconds", kGauge, "name", "seconds",
     "When the timer went off last, since the epoch."},
    {"node_systemd_socket_accepted_connections_total", kCounter, "name", "",
     "Connections that the socket unit has accepted."},
    {"node_systemd_socket_current_connections", kGauge, "name", "",
     "Connections of the socket unit that are open now."},
    // A gauge as node_exporter has it, although it only grows.
    {"node_systemd_socket_refused_connections_total", kGauge, "name", "",
     "Connections that the socket unit has refused for being too many."},
});

}  // namespace hostpulse::collectors
