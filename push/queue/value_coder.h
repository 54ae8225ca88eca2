#pragma once

#include <cstdint>
#include <string>

#include "push/queue/bytes.h"

namespace hostpulse::push {

// What a value is coded against: its series' values before it, see FORMAT.md. Writer and reader
// keep equal ones.
struct ValueState {
  std::uint64_t bits = 0;
  std::int64_t number = 0;  // Scaled only: the value times 10 to the power of `mode`.
  std::int64_t change = 0;
  std::uint32_t cost_of_same = 0;  // Of predicting no change.
  std::uint32_t cost_of_change = 0;
  std::uint8_t mode = 0;  // A scale, or kRaw.
};

// Coded values: their first bytes apart from the rest, because first bytes are much alike.
struct ValueBytes {
  std::string heads;
  std::string tails;

  void clear() {
    heads.clear();
    tails.clear();
  }
};

// Any double, to the bit.
void EncodeValue(ValueState& state, double value, ValueBytes& out);

// The value of a head; what belongs to it is taken from `tails`, which fails where that is not
// something EncodeValue could have written.
double DecodeValue(ValueState& state, std::uint8_t head, ByteReader& tails);

}  // namespace hostpulse::push
