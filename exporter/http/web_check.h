#pragma once

#include <string>

#include "core/clock.h"
#include "core/log/logger.h"
#include "core/result.h"

namespace hostpulse::http {

// Reads a web configuration file with all that it names, for `hostpulse check`: in words what it
// asks for. Errors: as WebAccess::Create has them, and kInvalid for a certificate that has expired.
Result<std::string> CheckWebConfig(const std::string& path, const Clock& clock, Logger& log);

}  // namespace hostpulse::http
