#include "push/queue/value_coder.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace hostpulse::push {
namespace {

// Codes the values of one series and reads them back; how many bytes they took.
std::size_t RoundTrip(const std::vector<double>& values) {
  ValueState writer;
  ValueBytes bytes;
  for (const double value : values) EncodeValue(writer, value, bytes);
  ValueState reader;
  ByteReader tails(bytes.tails);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = DecodeValue(reader, static_cast<std::uint8_t>(bytes.heads[i]), tails);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(value), std::bit_cast<std::uint64_t>(values[i]))
        << i << ": " << value << " instead of " << values[i];
  }
  EXPECT_TRUE(tails.ok());
  EXPECT_TRUE(tails.rest().empty());
  return bytes.heads.size() + bytes.tails.size();
}

TEST(ValueCoder, KeepsEveryBit) {
  using Limits = std::numeric_limits<double>;
  const std::vector<double> special = {0,
                                       -0.0,
                                       1,
                                       -1,
                                       0.1,
                                       -0.1,
                                       1e-9,
                                       123456789.123,
                                       9e15,
                                       9007199254740992,
                                       9007199254740994,
                                       1e300,
                                       Limits::max(),
                                       Limits::lowest(),
                                       Limits::min(),
                                       Limits::denorm_min(),
                                       Limits::infinity(),
                                       -Limits::infinity(),
                                       std::bit_cast<double>(0x7ff0000000000002),
                                       Limits::quiet_NaN(),
                                       std::bit_cast<double>(0xfff8000000000123),
                                       18446744073709551615.0};
  RoundTrip(special);
  for (const double first : special) {
    for (const double second : special) RoundTrip({first, second, first, first, second});
  }
}

TEST(ValueCoder, KeepsEveryBitOfRandomWalks) {
  std::mt19937_64 random(7);
  for (int walk = 0; walk < 300; ++walk) {
    std::vector<double> values;
    double value =
        std::ldexp(static_cast<double>(random() % 1000), static_cast<int>(random() % 40));
    for (int i = 0; i < 200; ++i) {
      switch (random() % 6) {
        case 0:
          value = std::bit_cast<double>(random());
          break;
        case 1:
          value += static_cast<double>(random() % 100) / 100;
          break;
        case 2:
          value = std::round(value * 1000) / 1000;
          break;
        default:
          value += static_cast<double>(random() % 5000);
      }
      values.push_back(value);
    }
    RoundTrip(values);
  }
}

TEST(ValueCoder, SteadyCountersAndShortDecimalsTakeAByte) {
  std::vector<double> steady;
  std::vector<double> decimals;
  for (int i = 0; i < 1000; ++i) {
    steady.push_back(1e9 + i * 12345.0);
    decimals.push_back((5000 + i % 17) / 100.0);
  }
  EXPECT_LT(RoundTrip(steady), 1100U);
  EXPECT_LT(RoundTrip(decimals), 1100U);
}

// A disk may hold anything.
TEST(ValueCoder, ReadsNonsenseWithoutHarm) {
  std::mt19937 random(11);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 20, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    ByteReader tails(bytes);
    ValueState state;
    for (int i = 0; i < 5; ++i) DecodeValue(state, static_cast<std::uint8_t>(random()), tails);
  }
}

}  // namespace
}  // namespace hostpulse::push
