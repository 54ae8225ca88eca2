#pragma once

#include <memory>

#include "collectors/collector.h"
#include "collectors/dbus/bus.h"

namespace hostpulse::collectors {

// The collector on this bus, or one that always fails with the reason why there is none.
Result<std::unique_ptr<Collector>> MakeLogind(const CollectorContext& context,
                                              Result<std::unique_ptr<dbus::Bus>> bus);

}  // namespace hostpulse::collectors
