#pragma once

#include <memory>

#include "collectors/btrfs_devices.h"
#include "collectors/collector.h"

namespace hostpulse::collectors {

// Makes the btrfs collector on other system calls than the kernel's.
std::unique_ptr<Collector> MakeBtrfs(const CollectorContext& context,
                                     std::unique_ptr<BtrfsControl> control);

}  // namespace hostpulse::collectors
