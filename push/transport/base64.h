#pragma once

#include <string>
#include <string_view>

namespace hostpulse::push {

// RFC 4648, with padding: section 4, and section 5, whose alphabet fits URLs.
std::string Base64(std::string_view text);
std::string Base64Url(std::string_view text);

}  // namespace hostpulse::push
