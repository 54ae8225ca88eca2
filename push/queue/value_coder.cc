#include "push/queue/value_coder.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>

namespace hostpulse::push {
namespace {

constexpr std::array<double, 10> kPowers = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
constexpr auto kScales = static_cast<std::uint8_t>(kPowers.size());
constexpr std::uint8_t kRaw = 15;
constexpr double kMostNumber = 9e15;  // Below 2^53, so that each integer is a double.

constexpr std::uint8_t kSame = 0;
constexpr std::uint8_t kNewMode = 1;
constexpr std::uint8_t kOtherBits = 2;  // Raw only; scaled, tokens from 2 on are numbers.

// Quotients of whole numbers and powers of ten are what decimals are read as, so that this finds
// every decimal that is short enough. False where the value is none, to the bit.
bool Scale(double value, std::uint8_t scale, std::int64_t& number) {
  const double scaled = value * kPowers[scale];
  if (!(std::fabs(scaled) < kMostNumber)) return false;
  number = std::llround(scaled);
  return std::bit_cast<std::uint64_t>(static_cast<double>(number) / kPowers[scale]) ==
         std::bit_cast<std::uint64_t>(value);
}

std::int64_t Difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t Sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

std::uint32_t Weight(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  return 16 * static_cast<std::uint32_t>(std::bit_width(number < 0 ? 0 - bits : bits));
}

std::int64_t Predict(const ValueState& state) {
  return state.cost_of_change < state.cost_of_same ? Sum(state.number, state.change) : state.number;
}

void Advance(ValueState& state, std::int64_t number) {
  const std::int64_t change = Difference(number, state.number);
  state.cost_of_same += Weight(change) - state.cost_of_same / 4;
  state.cost_of_change += Weight(Difference(change, state.change)) - state.cost_of_change / 4;
  state.change = change;
  state.number = number;
}

void Begin(ValueState& state, std::uint8_t mode, std::int64_t number) {
  state.mode = mode;
  state.number = number;
  state.change = 0;
  state.cost_of_same = 0;
  state.cost_of_change = 0;
}

void PutToken(ValueBytes& out, std::uint64_t token) {
  if (token < 0x80) {
    out.heads += static_cast<char>(token);
    return;
  }
  out.heads += static_cast<char>(token | 0x80);
  PutVarint(out.tails, token >> 7);
}

void PutBits(std::string& out, std::uint64_t bits) {
  const int zeros = bits == 0 ? 0 : std::countr_zero(bits) / 8;
  const int length = bits == 0 ? 0 : 8 - std::countl_zero(bits) / 8 - zeros;
  out += static_cast<char>(length << 4 | zeros);
  for (int byte = zeros + length - 1; byte >= zeros; --byte) {
    out += static_cast<char>(bits >> (8 * byte));
  }
}

std::uint64_t TakeBits(ByteReader& in) {
  const std::uint8_t shape = in.Byte();
  const unsigned length = shape >> 4;
  const unsigned zeros = shape & 0xf;
  if (length + zeros > 8) return in.Fail();
  if (length == 0) return 0;
  std::uint64_t bits = 0;
  for (const char c : in.Take(length)) bits = bits << 8 | static_cast<unsigned char>(c);
  return bits << (8 * zeros);
}

void EncodeNewMode(ValueState& state, double value, ValueBytes& out) {
  out.heads += static_cast<char>(kNewMode);
  std::int64_t number = 0;
  for (std::uint8_t scale = 0; scale < kScales; ++scale) {
    if (!Scale(value, scale, number)) continue;
    out.tails += static_cast<char>(scale);
    PutVarint(out.tails, ZigZag(number));
    Begin(state, scale, number);
    return;
  }
  out.tails += static_cast<char>(kRaw);
  PutBits(out.tails, std::bit_cast<std::uint64_t>(value) ^ state.bits);
  Begin(state, kRaw, 0);
}

// Raw is left as soon as the value has a scale; returns false for that.
bool EncodeRaw(ValueState& state, double value, ValueBytes& out) {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(value);
  if (bits == state.bits) {
    out.heads += static_cast<char>(kSame);
    return true;
  }
  std::int64_t number = 0;
  for (std::uint8_t scale = 0; scale < kScales; ++scale) {
    if (Scale(value, scale, number)) return false;
  }
  out.heads += static_cast<char>(kOtherBits);
  PutBits(out.tails, bits ^ state.bits);
  return true;
}

bool EncodeScaled(ValueState& state, double value, ValueBytes& out) {
  std::int64_t number = 0;
  if (!Scale(value, state.mode, number)) return false;
  const std::uint64_t miss = ZigZag(Difference(number, Predict(state)));
  PutToken(out, miss == 0 ? kSame : miss + 1);
  Advance(state, number);
  return true;
}

double DecodeNewMode(ValueState& state, ByteReader& tails) {
  const std::uint8_t mode = tails.Byte();
  if (mode < kScales) {
    Begin(state, mode, tails.Signed());
    return static_cast<double>(state.number) / kPowers[mode];
  }
  if (mode != kRaw) return tails.Fail();
  Begin(state, kRaw, 0);
  return std::bit_cast<double>(state.bits ^ TakeBits(tails));
}

}  // namespace

void EncodeValue(ValueState& state, double value, ValueBytes& out) {
  const bool done =
      state.mode == kRaw ? EncodeRaw(state, value, out) : EncodeScaled(state, value, out);
  if (!done) EncodeNewMode(state, value, out);
  state.bits = std::bit_cast<std::uint64_t>(value);
}

double DecodeValue(ValueState& state, std::uint8_t head, ByteReader& tails) {
  double value = 0;
  if (head == kNewMode) {
    value = DecodeNewMode(state, tails);
  } else if (state.mode == kRaw) {
    value = std::bit_cast<double>(head == kSame ? state.bits : state.bits ^ TakeBits(tails));
  } else {
    const std::uint64_t token = tails.VarintAfter(head);
    Advance(state, Sum(Predict(state), token == kSame ? 0 : UnZigZag(token - 1)));
    value = static_cast<double>(state.number) / kPowers[state.mode];
  }
  state.bits = std::bit_cast<std::uint64_t>(value);
  return value;
}

}  // namespace hostpulse::push
