#pragma once

#include <string>

#include "exporter/http/loggers_handler.h"
#include "exporter/http/status_page.h"
#include "exporter/routes.h"

namespace hostpulse {

// What the page at "/" shows, from what the parts know without collecting anything: how the
// collectors fared in the last scrape, where pushing stands, and the log levels, which `guard` lets
// the reader change or not. The context's references outlive it; what it says of the start is taken
// now.
http::StatusProvider MakeStatusProvider(const RouteContext& context, http::LoggersOptions guard);

}  // namespace hostpulse
