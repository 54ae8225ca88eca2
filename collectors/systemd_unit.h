#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "collectors/dbus/bus.h"

namespace hostpulse::collectors {

// A row of systemd's ListUnits: name, description, load state, active state, sub state, followed
// unit, path, job id, job type, path of the job.
inline constexpr const char* kSystemdUnitRows = "a(ssssssouso)";
enum SystemdUnitField : std::size_t {
  kSystemdUnitName = 0,
  kSystemdLoadState = 2,
  kSystemdActiveState = 3,
  kSystemdUnitPath = 6,
};

// What is kept of a unit from one collection to the next.
struct SystemdUnit {
  dbus::Object As(const char* interface) const {
    return {"org.freedesktop.systemd1", path.c_str(), interface};
  }

  std::string path;  // Its object on the bus.
  std::string active_state;
  std::string type;         // Of a service: simple, oneshot, notify ...
  bool type_known = false;  // Until systemd loads unit files anew.
};

// The last part of a unit's name: "service" of "cron.service".
std::string_view SystemdUnitKind(std::string_view unit);

// The number in the text that systemd gives for its version, as node_exporter finds it: the first
// one of three digits or more, with one fraction (252.38 in "252.38-1~deb12u1"); 0 without one.
double ParseSystemdVersion(std::string_view version);

}  // namespace hostpulse::collectors
