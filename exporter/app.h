#pragma once

#include <functional>

#include "exporter/config/config.h"
#include "exporter/config/findings.h"

namespace hostpulse {

// Reads the configuration again, with the command line of the start.
using ConfigLoader = std::function<config::Config(config::Findings& findings)>;

// Serves and pushes until SIGTERM or SIGINT; SIGHUP and POST /-/reload load the configuration anew.
// Called by the main thread before any other exists. Returns the exit code: 0 after a signal, 1
// where it could not start (the reason is on standard error).
int Serve(config::Config config, ConfigLoader reread);

}  // namespace hostpulse
