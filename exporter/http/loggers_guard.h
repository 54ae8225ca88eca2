#pragma once

#include <string>

#include "exporter/http/http_message.h"
#include "exporter/http/loggers_handler.h"

namespace hostpulse::http {

// Why this request may not change a log level, as one sentence for the 403; empty if it may.
// Besides who asks, it is checked that no web page makes its reader's browser ask: by a foreign
// Origin, by Sec-Fetch-Site, or by a name that resolves here but is not this host's (DNS
// rebinding).
std::string WhyNotChange(const Request& request, const LoggersOptions& options);

// Whether it has headers that browsers send and command line tools do not.
bool LooksLikeBrowser(const Request& request);

}  // namespace hostpulse::http
