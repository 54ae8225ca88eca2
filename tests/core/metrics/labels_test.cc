#include "core/metrics/labels.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "core/metrics/metric_batch.h"
#include "core/utf8.h"

namespace hostpulse {
namespace {

constexpr MetricDesc kBytes{"node_bytes_total", kCounter, "device", "bytes", "Bytes."};

struct Bytes {
  std::string_view in;
  std::string_view out;
};

class LabelBytes : public testing::TestWithParam<Bytes> {};

TEST_P(LabelBytes, AreStoredAsUtf8) {
  MetricBatch batch;
  for (int cycle = 0; cycle < 2; ++cycle) {
    batch.Begin();
    batch.Family(kBytes).Add({{"device", GetParam().in}}, 1);
    batch.Finish();
    EXPECT_EQ(batch.families()[0].metrics[0]->label[0].value, GetParam().out);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Hostile, LabelBytes,
    testing::Values(Bytes{"", ""}, Bytes{"eth0", "eth0"},
                    Bytes{"gr\xC3\xBC\xC3\x9F", "gr\xC3\xBC\xC3\x9F"},
                    Bytes{"bad\xE9\xFF", "bad\xEF\xBF\xBD\xEF\xBF\xBD"},
                    Bytes{"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // A surrogate.
                    Bytes{"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},                  // Overlong.
                    Bytes{"cut\xE2\x82", "cut\xEF\xBF\xBD\xEF\xBF\xBD"}));

std::string Stored(std::string_view value) {
  std::string out;
  AssignLabelValue(value, out);
  return out;
}

TEST(LabelValue, IsCutOnACharacterBorder) {
  for (const std::string_view character : {"\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
    for (std::size_t before = 1018; before <= 1024; ++before) {
      std::string value(before, 'x');
      const bool fits = before + character.size() <= 1024;
      EXPECT_EQ(
          Stored(value + std::string(character) + std::string(5000, 'y')),
          fits ? value + std::string(character) + std::string(1024 - before - character.size(), 'y')
               : value)
          << before;
    }
  }
  EXPECT_EQ(Stored(std::string(1024, 'x')), std::string(1024, 'x'));
  EXPECT_EQ(Stored(std::string(1025, 'x')), std::string(1024, 'x'));
  EXPECT_EQ(Stored(std::string(2000, '\xFF')).size(), 1023u);
}

// Random bytes around every border of the eight that are looked at together.
TEST(LabelValue, IsUtf8WhateverTheBytes) {
  std::mt19937 random(3);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes(random() % 40, 'a');
    for (unsigned changes = random() % 4; changes > 0 && !bytes.empty(); --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    const std::string stored = Stored(bytes);
    ASSERT_TRUE(IsValidUtf8(stored));
    if (IsValidUtf8(bytes)) {
      ASSERT_EQ(stored, bytes);
    } else {
      ASSERT_GT(stored.size(), bytes.size());
    }
  }
}

}  // namespace
}  // namespace hostpulse
