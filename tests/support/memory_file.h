#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "core/unique_fd.h"

namespace hostpulse::test {

// A file that is nowhere but in memory, of this content.
inline UniqueFd MemoryFile(std::string_view content) {
  UniqueFd file(::memfd_create("test", MFD_CLOEXEC));
  const auto size = static_cast<ssize_t>(content.size());
  if (!file || ::pwrite(file.get(), content.data(), content.size(), 0) != size) std::abort();
  return file;
}

}  // namespace hostpulse::test
