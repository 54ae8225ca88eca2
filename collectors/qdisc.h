#pragma once

#include <memory>

#include "collectors/collector.h"
#include "collectors/rtnetlink.h"

namespace hostpulse::collectors {

// Makes the qdisc collector on another source than the kernel's netlink.
Result<std::unique_ptr<Collector>> MakeQdisc(const CollectorContext& context, Rtnetlink source);

}  // namespace hostpulse::collectors
