#include "push/remote_write/arrange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace hostpulse::push {
namespace {

using prometheus::MetricType;

void Add(Batch& batch, SeriesId id, MetricType type, std::vector<double> values) {
  auto series = std::make_shared<Series>();
  series->id = id;
  series->family = std::make_shared<const SeriesFamily>(SeriesFamily{"m", type, "Help.", ""});
  const auto first = static_cast<std::uint32_t>(batch.samples.size());
  for (const double value : values) batch.samples.push_back({1000, value});
  batch.series.push_back({series, first, static_cast<std::uint32_t>(values.size()), false});
}

TEST(ArrangeForCompression, PutsLikeSeriesTogetherAndKeepsTheOrderOtherwise) {
  Batch batch;
  Add(batch, 1, MetricType::Counter, {5});
  Add(batch, 2, MetricType::Gauge, {7, 7});
  Add(batch, 3, MetricType::Counter, {0, 1});
  Add(batch, 4, MetricType::Gauge, {0});
  Add(batch, 5, MetricType::Counter, {6});
  Add(batch, 6, MetricType::Untyped, {1});
  Add(batch, 7, MetricType::Counter, {0});
  ArrangeForCompression(batch);
  std::vector<SeriesId> ids;
  for (const SeriesRun& run : batch.series) ids.push_back(run.series->id);
  EXPECT_THAT(ids, testing::ElementsAre(4, 2, 6, 3, 7, 1, 5));
  EXPECT_EQ(batch.SamplesOf(batch.series[1]).size(), 2U);
  EXPECT_EQ(batch.SamplesOf(batch.series[3]).back().value, 1);
}

}  // namespace
}  // namespace hostpulse::push
