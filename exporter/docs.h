#pragma once

#include <vector>

#include "exporter/http/http_message.h"

namespace hostpulse {

// What the program knows of itself, as plain text for who has a browser and no shell: the
// collectors with their flags and metrics at /-/docs/metrics, --help at /-/docs/flags. Made when
// asked for.
std::vector<http::Route> DocsRoutes();

}  // namespace hostpulse
