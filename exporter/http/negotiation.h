#pragma once

#include <string_view>

namespace hostpulse::http {

// Whether an Accept header prefers OpenMetrics 1.0 (or 0.0.1) to the text format 0.0.4. An empty
// header, or one that likes both the same, does not.
bool PrefersOpenMetrics(std::string_view accept);

// Whether an Accept-Encoding header takes gzip, and identity not more gladly.
bool AcceptsGzip(std::string_view accept_encoding);

}  // namespace hostpulse::http
