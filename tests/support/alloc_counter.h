#pragma once

#include <cstdint>

namespace hostpulse::test {

// How often this thread has called operator new. Always 0 where CountsAllocations is false.
std::uint64_t AllocationsOfThisThread();

// False in sanitizer builds, which bring an operator new of their own.
bool CountsAllocations();

}  // namespace hostpulse::test
