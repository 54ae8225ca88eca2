#pragma once

#include <string_view>

namespace hostpulse::collectors {

// The value, no flag of anybody's, under which the program tells the collector certificate which
// files it serves and pushes with.
inline constexpr std::string_view kOwnCertificates = "hostpulse.own-certificates";

}  // namespace hostpulse::collectors
