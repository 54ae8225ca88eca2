#pragma once

#include <string_view>
#include <vector>

#include "exporter/http/http_message.h"

namespace hostpulse::http {

// Addresses of what the status page loads, relative to it. They change when the files do.
extern const std::string_view kPageStyle;
extern const std::string_view kPageScript;
extern const std::string_view kPageDygraph;

// Serves them, compressed by gzip as they are in the program; who does not take that gets 406.
std::vector<Route> PageAssetRoutes();

}  // namespace hostpulse::http
