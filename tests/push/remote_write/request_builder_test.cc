#include "push/remote_write/request_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/push/received.h"

namespace hostpulse::push {
namespace {

using test::Decode;
using test::SeriesOf;
using testing::Contains;
using testing::Key;

// Series m1, m2, ... with these numbers of samples, one a second.
Batch MakeBatch(const std::vector<std::uint32_t>& counts) {
  Batch batch;
  batch.collections = 1;
  for (const std::uint32_t count : counts) {
    auto series = std::make_shared<Series>();
    series->id = static_cast<SeriesId>(batch.series.size() + 1);
    const std::string name = "m" + std::to_string(series->id);
    series->labels = {{"__name__", name}, {"job", "node"}};
    series->family = std::make_shared<const SeriesFamily>(SeriesFamily{name, kGauge, "Help.", ""});
    batch.series.push_back(
        {series, static_cast<std::uint32_t>(batch.samples.size()), count, false});
    for (std::uint32_t i = 0; i < count; ++i) batch.samples.push_back({i * 1000, 1});
  }
  return batch;
}

Relabeler DropM1() {
  RelabelConfig rule;
  rule.action = RelabelAction::kDrop;
  rule.source_labels = {"__name__"};
  rule.regex = "m1";
  return Relabeler::Compile({rule}).value();
}

TEST(RequestBuilder, SeveralTimestampsGoIntoOneSeries) {
  RequestBuilder builder{Relabeler()};
  const Batch batch = MakeBatch({3, 1});
  const RequestPart part = builder.Build(batch, 0, {});
  EXPECT_EQ(part.samples, 4);
  EXPECT_EQ(part.next_series, 2);
  const auto request = Decode(part.body);
  ASSERT_EQ(request.timeseries_size(), 2);
  EXPECT_EQ(request.timeseries(0).samples_size(), 3);
}

TEST(RequestBuilder, PartsEndAtTheLimitAndTogetherHaveEverything) {
  RequestBuilder builder{Relabeler()};
  const Batch batch = MakeBatch({2, 2, 2, 2, 2});
  PartLimits limits;
  limits.max_samples = 5;
  std::size_t samples = 0;
  int parts = 0;
  for (std::size_t at = 0; at < batch.series.size(); ++parts) {
    const RequestPart part = builder.Build(batch, at, limits);
    EXPECT_LE(part.samples, 5);
    ASSERT_GT(part.next_series, at);
    at = part.next_series;
    samples += part.samples;
  }
  EXPECT_EQ(samples, 10);
  EXPECT_EQ(parts, 3);
}

TEST(RequestBuilder, ASeriesIsNeverCutWhateverTheLimits) {
  RequestBuilder builder{Relabeler()};
  const Batch batch = MakeBatch({7, 7});
  PartLimits limits;
  limits.max_samples = 1;
  limits.max_raw_bytes = 1;
  EXPECT_EQ(builder.Build(batch, 0, limits).samples, 7);
  EXPECT_EQ(builder.Build(batch, 1, limits).next_series, 2);
}

TEST(RequestBuilder, CountsWhatRelabellingTakesAway) {
  RequestBuilder builder(DropM1());
  const Batch batch = MakeBatch({3, 1});
  const RequestPart part = builder.Build(batch, 0, {});
  EXPECT_EQ(part.relabelled_away, 3);
  EXPECT_EQ(part.samples, 1);
  EXPECT_THAT(SeriesOf(Decode(part.body)), testing::ElementsAre(Key("m2{job=\"node\"}")));
}

TEST(RequestBuilder, NothingLeftMakesNoBody) {
  RequestBuilder builder(DropM1());
  const RequestPart part = builder.Build(MakeBatch({3}), 0, {});
  EXPECT_EQ(part.samples, 0);
  EXPECT_TRUE(part.body.empty());
  EXPECT_EQ(part.next_series, 1);
}

TEST(RequestBuilder, LeavesOutWhatIsTooOld) {
  RequestBuilder builder{Relabeler()};
  PartLimits limits;
  limits.not_before_ms = 2000;
  const RequestPart part = builder.Build(MakeBatch({4, 1}), 0, limits);
  EXPECT_EQ(part.too_old, 3);
  EXPECT_EQ(part.samples, 2);
  EXPECT_EQ(Decode(part.body).timeseries_size(), 1);
}

TEST(RequestBuilder, MetadataIsOfWhatIsSentEachMetricOnce) {
  RequestBuilder builder(DropM1());
  Batch batch = MakeBatch({1, 1, 1});
  auto twin = std::make_shared<Series>(*batch.series[2].series);
  twin->id = 4;
  batch.series.push_back({twin, 2, 1, false});
  builder.Build(batch, 0, {});
  const std::vector<std::string> bodies = builder.Metadata();
  ASSERT_EQ(bodies.size(), 1);
  const auto request = Decode(bodies[0]);
  ASSERT_EQ(request.metadata_size(), 2);
  EXPECT_EQ(request.metadata(0).metric_family_name(), "m2");
  EXPECT_EQ(request.metadata(1).metric_family_name(), "m3");
}

TEST(RequestBuilder, ManyMetricsMakeSeveralMetadataRequests) {
  RequestBuilder builder{Relabeler()};
  builder.Build(MakeBatch(std::vector<std::uint32_t>(4001, 1)), 0, {});
  const std::vector<std::string> bodies = builder.Metadata();
  ASSERT_EQ(bodies.size(), 3);
  EXPECT_EQ(Decode(bodies[0]).metadata_size(), 2000);
  EXPECT_EQ(Decode(bodies[2]).metadata_size(), 1);
}

TEST(RequestBuilder, WhatEndedIsForgotten) {
  RequestBuilder builder{Relabeler()};
  Batch batch = MakeBatch({1, 1});
  builder.Build(batch, 0, {});
  batch.series[0].ended = true;
  builder.Forget(batch);
  EXPECT_EQ(Decode(builder.Metadata()[0]).metadata_size(), 1);
}

}  // namespace
}  // namespace hostpulse::push
