#pragma once

#include <memory>

#include "collectors/dbus/bus.h"
#include "core/clock.h"
#include "core/result.h"

namespace hostpulse::collectors::dbus {

// D-Bus as libsystemd speaks it; the library is loaded here. `clock` must outlive the bus. The
// library allocates for every message. Errors: kIo where it cannot be loaded.
Result<std::unique_ptr<Bus>> MakeSdBus(const Clock& clock);

}  // namespace hostpulse::collectors::dbus
