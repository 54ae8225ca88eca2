#pragma once

#include <optional>
#include <string_view>

namespace hostpulse::collectors {

// A number as bch_hprint of the kernel writes it: "512", "-1.5k", "3.9G". Letters stand for powers
// of 1024; the digits behind the point count 1/10.24 of the unit, because older kernels wrote
// 1024ths divided by 100 there, up to ".10". What is less than a whole is cut off. Nothing for what
// is no such number, or is 2^64 or more.
std::optional<double> ParseBcacheNumber(std::string_view text);

// The last field of the line that begins with `key` ("rate:") in a text of such lines
// (writeback_rate_debug, priority_stats), without `unit` at its end; nothing where there is none.
std::optional<std::string_view> FindBcacheValue(std::string_view text, std::string_view key,
                                                std::string_view unit = {});

}  // namespace hostpulse::collectors
