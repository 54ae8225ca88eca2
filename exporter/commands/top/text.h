#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hostpulse::commands {

std::string FormatFixed(double value, int digits);
// "1.5 GiB", "0 B".
std::string FormatBytes(double bytes);
// "12.3 %" of a part from 0 to 1.
std::string FormatPart(double part);

// To `width` columns: cut, or filled with blanks on the right or on the left. Control characters
// and bytes that are not UTF-8 become '?', so that no name can steer the terminal.
std::string PadRight(std::string_view text, std::size_t width);
std::string PadLeft(std::string_view text, std::size_t width);

}  // namespace hostpulse::commands
