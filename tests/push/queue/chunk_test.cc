#include "push/queue/chunk.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "push/series_table.h"

namespace hostpulse::push {
namespace {

struct Kept {
  std::int64_t timestamp_ms = 0;
  std::vector<SeriesValue> values;
  std::vector<SeriesId> gone;
};

void ExpectSame(const std::vector<Kept>& written, const Chunk& chunk) {
  ChunkReader reader;
  reader.Start(chunk);
  for (const Kept& kept : written) {
    ASSERT_TRUE(reader.Next());
    EXPECT_EQ(reader.info().timestamp_ms, kept.timestamp_ms);
    EXPECT_EQ(reader.info().samples, kept.values.size() + kept.gone.size());
    ASSERT_EQ(reader.values().size(), kept.values.size());
    for (std::size_t i = 0; i < kept.values.size(); ++i) {
      EXPECT_EQ(reader.values()[i].id, kept.values[i].id);
      EXPECT_EQ(std::bit_cast<std::uint64_t>(reader.values()[i].value),
                std::bit_cast<std::uint64_t>(kept.values[i].value));
    }
    EXPECT_TRUE(
        std::equal(reader.gone().begin(), reader.gone().end(), kept.gone.begin(), kept.gone.end()));
  }
  EXPECT_FALSE(reader.Next());
}

void AddAll(const std::vector<Kept>& all, Chunk& chunk) {
  for (const Kept& kept : all) chunk.Add({kept.timestamp_ms, {}, kept.values, kept.gone});
}

TEST(Chunk, KeepsEveryBitOfOddValues) {
  using Limits = std::numeric_limits<double>;
  const std::vector<double> odd = {0.0,
                                   -0.0,
                                   Limits::infinity(),
                                   -Limits::infinity(),
                                   std::bit_cast<double>(std::uint64_t{0x7ff8000000000001}),
                                   StalenessMarker(),
                                   Limits::denorm_min(),
                                   Limits::max(),
                                   1.0 / 3,
                                   9007199254740993.0,
                                   std::bit_cast<double>(std::uint64_t{1} << 8)};
  std::vector<Kept> all;
  for (std::size_t i = 0; i < 2 * odd.size(); ++i) {
    Kept kept{static_cast<std::int64_t>(i), {}, {}};
    for (SeriesId id = 1; id <= odd.size(); ++id) {
      kept.values.push_back({id, odd[(id + i) % odd.size()]});
    }
    all.push_back(kept);
  }
  Chunk chunk;
  chunk.Start(1);
  AddAll(all, chunk);
  ExpectSame(all, chunk);
}

TEST(Chunk, KeepsSeriesThatComeAndGoAtRandom) {
  std::mt19937 random(4711);
  std::vector<Kept> all;
  for (int i = 0; i < 200; ++i) {
    Kept kept{1'700'000'000'000 + i * 15'000, {}, {}};
    for (SeriesId id = 1; id < 400; ++id) {
      const auto dice = random() % 10;
      if (dice < 7) kept.values.push_back({id, dice < 4 ? 1.5 : static_cast<double>(random())});
      if (dice == 9 && random() % 20 == 0) kept.gone.push_back(id);
    }
    if (i % 50 == 0) kept.values.push_back({std::numeric_limits<SeriesId>::max() - 1, 1});
    all.push_back(kept);
  }
  Chunk chunk;
  chunk.Start(1);
  AddAll(all, chunk);
  ExpectSame(all, chunk);
  EXPECT_EQ(chunk.last_sequence(), 200);
}

TEST(Chunk, StartedAgainItForgets) {
  Chunk chunk;
  chunk.Start(1);
  AddAll({{1, {{1, 5}}, {7}}}, chunk);
  chunk.Start(9);
  EXPECT_EQ(chunk.bytes(), 0);
  EXPECT_TRUE(chunk.gone().empty());
  const std::vector<Kept> all = {{2, {{1, 5}, {2, 6}}, {}}, {3, {{2, 6}}, {1}}};
  AddAll(all, chunk);
  ExpectSame(all, chunk);
  EXPECT_EQ(chunk.first_sequence(), 9);
}

TEST(Chunk, RepeatedValuesTakeAByte) {
  Kept kept{0, {}, {}};
  for (SeriesId id = 1; id <= 1000; ++id) kept.values.push_back({id, 1.0 / id});
  Chunk chunk;
  chunk.Start(1);
  AddAll({kept}, chunk);
  const std::size_t first = chunk.bytes();
  AddAll({kept}, chunk);
  EXPECT_LE(first, 10'100);
  EXPECT_LE(chunk.bytes() - first, 1'100);
}

}  // namespace
}  // namespace hostpulse::push
