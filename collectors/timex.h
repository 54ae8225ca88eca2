#pragma once

#include <sys/timex.h>

#include <memory>

#include "collectors/collector.h"

namespace hostpulse::collectors {

// adjtimex(2), or what a test puts in its place: the clock state, or -1 with errno.
using AdjtimexFunction = int (*)(timex* state);

// Makes the timex collector on another source than the kernel.
std::unique_ptr<Collector> MakeTimex(AdjtimexFunction read);

}  // namespace hostpulse::collectors
