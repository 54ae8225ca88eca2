#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hostpulse::push {

// Stores a number at `at`, lowest byte first, in sizeof(T) bytes.
template <typename T>
void StoreLittleEndian(char* at, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    at[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  }
}

template <typename T>
T LoadLittleEndian(const char* at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  }
  return static_cast<T>(value);
}

// Maps numbers near 0 of either sign to small ones without.
constexpr std::uint64_t ZigZag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t UnZigZag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1)));
}

inline void PutVarint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}
inline void PutString(std::string& out, std::string_view text) {
  PutVarint(out, text.size());
  out += text;
}

// Takes bytes apart that may be anything. What is not there reads as 0 or empty, and ok() is false
// from then on.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }

  // Says that what was read makes no sense. Returns 0.
  std::uint8_t Fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }

  std::uint8_t Byte() {
    if (rest_.empty()) return Fail();
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }

  std::uint64_t Varint() { return VarintAfter(Byte()); }

  // A varint whose first byte was read elsewhere.
  std::uint64_t VarintAfter(std::uint8_t first) {
    if (first < 0x80) return first;
    std::uint64_t value = first & 0x7fU;
    for (int shift = 7; shift < 64; shift += 7) {
      const std::uint8_t byte = Byte();
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    return Fail();
  }

  std::int64_t Signed() { return UnZigZag(Varint()); }

  std::string_view Take(std::uint64_t size) {
    if (size > rest_.size()) {
      Fail();
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view String() { return Take(Varint()); }

  // A number of things that take at least one byte each.
  std::size_t Count() {
    const std::uint64_t count = Varint();
    return count <= rest_.size() ? count : Fail();
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace hostpulse::push
