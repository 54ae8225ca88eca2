#pragma once

#include <memory>

#include "collectors/collector.h"
#include "collectors/statfs_pool.h"

namespace hostpulse::collectors {

// Makes the filesystem collector on another statfs than the kernel's. `statfs` is called on the
// collector's thread and on those of a StatfsPool. Errors: kInvalid for flags that exclude one
// another.
Result<std::unique_ptr<Collector>> MakeFilesystem(const CollectorContext& context,
                                                  StatfsFunction statfs);

}  // namespace hostpulse::collectors
