#pragma once

#include <initializer_list>
#include <string_view>

#include "core/result.h"

namespace hostpulse::config {

// Fine for an absolute URL with one of these schemes, a host and, if any, a port from 1 to 65535.
// Errors: kInvalid with what is accepted; the URL itself, which may hold a password, is not quoted.
Status CheckUrl(std::string_view url, std::initializer_list<std::string_view> schemes);

}  // namespace hostpulse::config
