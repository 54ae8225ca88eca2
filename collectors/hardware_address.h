#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace hostpulse::collectors {

// "02:fc:00:00:00:01", in the storage of `text`: a hardware address of any length as the kernel
// and ip(8) print it.
std::string_view FormatHardwareAddress(std::span<const std::byte> address, std::string& text);

}  // namespace hostpulse::collectors
