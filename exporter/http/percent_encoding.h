#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hostpulse::http {

enum class PlusSign { kIsItself, kIsSpace };

// Nothing where a '%' is not followed by two hexadecimal digits.
std::optional<std::string> PercentDecode(std::string_view text, PlusSign plus);

bool IsValidUtf8(std::string_view text);

}  // namespace hostpulse::http
