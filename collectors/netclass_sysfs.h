#pragma once

#include <memory>

#include "collectors/collector.h"
#include "collectors/rtnetlink.h"

namespace hostpulse::collectors {

// The netclass collector that reads /sys/class/net. Each of the twenty files of an interface takes
// a lock of the network stack, so they are read again only when `links` (RTM_GETLINK: the kernel's,
// or a test's) tells of a change; speed and duplex, of which it does not tell, every time.
// Where `links` does not speak of just the interfaces that sysfs lists (a container that sees the
// host's sysfs but not its network) everything is read every time.
Result<std::unique_ptr<Collector>> MakeNetclassSysfs(const CollectorContext& context,
                                                     NetlinkDump links);

}  // namespace hostpulse::collectors
