#pragma once

#include <array>
#include <cstddef>

#include "core/metrics/metric_desc.h"

namespace hostpulse::collectors {

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
