#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// What a fuzz target defines: libFuzzer's entry, which must neither crash nor hang nor misuse
// memory whatever the bytes are, and inputs to begin with.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace hostpulse::fuzz {

std::vector<std::string> Seeds();

}  // namespace hostpulse::fuzz
