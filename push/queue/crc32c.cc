#include "push/queue/crc32c.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace hostpulse::push {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // Reflected.

using Table = std::array<std::array<std::uint32_t, 256>, 8>;

// kTables[n][byte] is what the byte does to the checksum when n more bytes follow it, so that eight
// bytes are eight independent look-ups.
constexpr Table MakeTables() {
  Table tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t n = 1; n < tables.size(); ++n) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t crc = tables[n - 1][byte];
      tables[n][byte] = crc >> 8 ^ tables[0][crc & 0xff];
    }
  }
  return tables;
}
constexpr Table kTables = MakeTables();

std::uint64_t Load(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t ByInstruction(std::string_view bytes,
                                                              std::uint32_t seed) {
  std::uint64_t crc = ~seed;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) crc = _mm_crc32_u64(crc, Load(bytes.data()));
  auto last = static_cast<std::uint32_t>(crc);
  for (const char c : bytes) last = _mm_crc32_u8(last, static_cast<unsigned char>(c));
  return ~last;
}
#endif

}  // namespace

std::uint32_t Crc32cByTable(std::string_view bytes, std::uint32_t seed) {
  std::uint32_t crc = ~seed;
  if constexpr (std::endian::native == std::endian::little) {
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
      const std::uint64_t word = Load(bytes.data()) ^ crc;
      crc = 0;
      for (std::size_t n = 0; n < 8; ++n) crc ^= kTables[7 - n][word >> (8 * n) & 0xff];
    }
  }
  for (const char c : bytes) {
    crc = crc >> 8 ^ kTables[0][(crc ^ static_cast<unsigned char>(c)) & 0xff];
  }
  return ~crc;
}

std::uint32_t Crc32c(std::string_view bytes, std::uint32_t seed) {
#if defined(__x86_64__)
  static const bool kHasInstruction = __builtin_cpu_supports("sse4.2") != 0;
  if (kHasInstruction) return ByInstruction(bytes, seed);
#endif
  return Crc32cByTable(bytes, seed);
}

}  // namespace hostpulse::push
