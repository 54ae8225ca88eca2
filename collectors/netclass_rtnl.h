#pragma once

#include <memory>

#include "collectors/collector.h"
#include "collectors/rtnetlink.h"

namespace hostpulse::collectors {

// The netclass collector of --collector.netclass.netlink: one dump of the links instead of twenty
// files an interface, which each take a lock of the whole network stack. As in node_exporter, what
// it says differs a little from the files: the words for duplex begin with a capital, adminstate is
// missing, dormant holds the link mode, flags has the volatile ones too.
// `links` and `ethtool` (generic netlink) are the kernel's, or a test's.
Result<std::unique_ptr<Collector>> MakeNetclassRtnl(const CollectorContext& context,
                                                    NetlinkDump links, NetlinkDump ethtool);

}  // namespace hostpulse::collectors
