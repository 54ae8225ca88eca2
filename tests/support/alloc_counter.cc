#include "tests/support/alloc_counter.h"

#include <cstdlib>
#include <new>

// GCC defines macros for its sanitizers, clang has features.
#if defined(__has_feature)
#define HOSTPULSE_HAS_FEATURE(x) __has_feature(x)
#else
#define HOSTPULSE_HAS_FEATURE(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||                       \
    HOSTPULSE_HAS_FEATURE(address_sanitizer) || HOSTPULSE_HAS_FEATURE(thread_sanitizer) || \
    HOSTPULSE_HAS_FEATURE(memory_sanitizer)
#define HOSTPULSE_COUNTS 0
#else
#define HOSTPULSE_COUNTS 1
#endif

namespace {

thread_local std::uint64_t allocations = 0;

}  // namespace

#if HOSTPULSE_COUNTS
// Every other form of operator new ends here, save the aligned ones, which nothing here uses.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}
#endif

namespace hostpulse::test {

std::uint64_t AllocationsOfThisThread() {
  return allocations;
}

bool CountsAllocations() {
  return HOSTPULSE_COUNTS != 0;
}

}  // namespace hostpulse::test
