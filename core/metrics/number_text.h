#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hostpulse {

// Appends a sample value as both exposition formats have it: "NaN", "+Inf", "-Inf", an integer
// below 2^53 in plain digits, else the shortest decimal that reads back as the same double.
void AppendNumber(double value, std::string& out);

void AppendInteger(std::uint64_t value, std::string& out);

// Appends `text` with backslash and newline escaped, and the double quote too where `quotes`.
void AppendEscaped(std::string_view text, bool quotes, std::string& out);

}  // namespace hostpulse
