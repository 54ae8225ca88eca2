#pragma once

#include <cstdint>
#include <string_view>

namespace hostpulse::push {

// CRC-32C (Castagnoli) of `bytes`, continuing `seed`; 0 begins one. Uses the processor's
// instruction where it has it.
std::uint32_t Crc32c(std::string_view bytes, std::uint32_t seed);

// The same by table, on any processor.
std::uint32_t Crc32cByTable(std::string_view bytes, std::uint32_t seed);

}  // namespace hostpulse::push
