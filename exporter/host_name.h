#pragma once

#include <string>

namespace hostpulse {

std::string HostName();  // "localhost" where it cannot be read.

}  // namespace hostpulse
