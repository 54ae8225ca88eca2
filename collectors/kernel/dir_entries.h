#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace hostpulse::kernel {

// Calls visit(name) for each of the `entries` that getdents64(2) has filled, but not for "." and
// "..", in the order of the kernel. The names end with a NUL and live as long as the entries.
template <typename Visit>
void ForEachEntry(std::span<const char> entries, Visit visit) {
  // struct linux_dirent64, which glibc does not declare: inode and offset of eight bytes each, the
  // length of the whole, the type in a byte, and the name.
  constexpr std::size_t kLengthOffset = 16;
  constexpr std::size_t kNameOffset = 19;
  for (std::size_t at = 0; at < entries.size();) {
    std::uint16_t length = 0;
    std::memcpy(&length, entries.data() + at + kLengthOffset, sizeof length);
    const std::string_view name(entries.data() + at + kNameOffset);
    if (name != "." && name != "..") visit(name);
    at += length;
  }
}

}  // namespace hostpulse::kernel
