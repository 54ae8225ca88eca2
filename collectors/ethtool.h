#pragma once

#include <memory>

#include "collectors/collector.h"
#include "collectors/ethtool_ioctl.h"

namespace hostpulse::collectors {

// Makes the ethtool collector on another source than the kernel's ioctl.
Result<std::unique_ptr<Collector>> MakeEthtool(const CollectorContext& context, EthtoolCall call);

}  // namespace hostpulse::collectors
