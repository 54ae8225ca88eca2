#pragma once

#include <memory>

#include "collectors/collector.h"
#include "collectors/rtnetlink.h"

namespace hostpulse::collectors {

// Makes the tcpstat collector on another source than the kernel's NETLINK_SOCK_DIAG.
Result<std::unique_ptr<Collector>> MakeTcpstat(const CollectorContext& context, NetlinkDump dump);

}  // namespace hostpulse::collectors
