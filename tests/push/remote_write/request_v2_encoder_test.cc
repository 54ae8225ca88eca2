#include "push/remote_write/request_v2_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "push/series_table.h"
#include "remote_write_v2.pb.h"
#include "tests/push/received.h"

namespace hostpulse::push {
namespace {

using remote_write_v2_test::Metadata;
using remote_write_v2_test::Request;
using test::Bits;
using testing::ElementsAre;

Request Decode(std::string_view message) {
  Request request;
  EXPECT_TRUE(request.ParseFromArray(message.data(), static_cast<int>(message.size())));
  return request;
}

Series MakeSeries(prometheus::MetricType type, std::int64_t start_ms = 0) {
  Series series;
  series.family =
      std::make_shared<const SeriesFamily>(SeriesFamily{"m_seconds", type, "Help.", "seconds"});
  series.start_ms = start_ms;
  return series;
}

std::vector<std::string> LabelsOf(const Request& request, int series) {
  std::vector<std::string> texts;
  for (const std::uint32_t ref : request.timeseries(series).labels_refs()) {
    texts.push_back(request.symbols(static_cast<int>(ref)));
  }
  return texts;
}

TEST(RequestV2Encoder, AnotherImplementationReadsTheSame) {
  RequestV2Encoder encoder;
  const std::vector<Sample> samples = {
      {1'700'000'000'000, 1.5}, {1'700'000'015'000, -0.0}, {1'700'000'030'000, StalenessMarker()}};
  encoder.AddSeries(encoder.Number({{"__name__", "m_seconds"}, {"device", "\xc3\xa9 \"x\"\n"}},
                                   MakeSeries(kGauge)),
                    samples, false);
  const Request request = Decode(encoder.Finish());
  ASSERT_EQ(request.timeseries_size(), 1);
  EXPECT_THAT(LabelsOf(request, 0),
              ElementsAre("__name__", "m_seconds", "device", "\xc3\xa9 \"x\"\n"));
  ASSERT_EQ(request.timeseries(0).samples_size(), 3);
  for (int i = 0; i < 3; ++i) {
    const Sample& sample = samples[static_cast<std::size_t>(i)];
    EXPECT_EQ(request.timeseries(0).samples(i).timestamp(), sample.timestamp_ms);
    EXPECT_EQ(Bits(request.timeseries(0).samples(i).value()), Bits(sample.value));
  }
  EXPECT_EQ(request.timeseries(0).metadata().type(), Metadata::GAUGE);
}

TEST(RequestV2Encoder, EveryTextStandsOnceAndTheEmptyOneFirst) {
  RequestV2Encoder encoder;
  for (const char* device : {"a", "b", "node"}) {
    encoder.AddSeries(encoder.Number({{"__name__", "m"}, {"device", device}, {"job", "node"}},
                                     MakeSeries(kGauge)),
                      {{{1, 1}}}, true);
  }
  const Request request = Decode(encoder.Finish());
  EXPECT_EQ(request.symbols(0), "");
  EXPECT_EQ(std::set<std::string>(request.symbols().begin(), request.symbols().end()).size(),
            static_cast<std::size_t>(request.symbols_size()));
  EXPECT_THAT(LabelsOf(request, 2), ElementsAre("__name__", "m", "device", "node", "job", "node"));
}

TEST(RequestV2Encoder, ARequestHasOnlyTheTextsThatItNeeds) {
  RequestV2Encoder encoder;
  const SymbolSeries first = encoder.Number({{"__name__", "first"}}, MakeSeries(kGauge));
  const SymbolSeries second = encoder.Number({{"__name__", "second"}}, MakeSeries(kGauge));
  encoder.AddSeries(first, {{{1, 1}}}, false);
  encoder.Clear();
  encoder.AddSeries(second, {{{1, 1}}}, false);
  const Request request = Decode(encoder.Finish());
  EXPECT_THAT(request.symbols(), ElementsAre("", "__name__", "second"));
  EXPECT_THAT(LabelsOf(request, 0), ElementsAre("__name__", "second"));
  EXPECT_EQ(request.timeseries_size(), 1);
}

TEST(RequestV2Encoder, HelpAndUnitComeWhereTheyAreAskedFor) {
  RequestV2Encoder encoder;
  const SymbolSeries series = encoder.Number({{"__name__", "m_seconds"}}, MakeSeries(kCounter));
  encoder.AddSeries(series, {{{1, 1}}}, false);
  Request request = Decode(encoder.Finish());
  EXPECT_EQ(request.timeseries(0).metadata().type(), Metadata::COUNTER);
  EXPECT_EQ(request.timeseries(0).metadata().help_ref(), 0U);
  encoder.Clear();
  encoder.AddSeries(series, {{{1, 1}}}, true);
  request = Decode(encoder.Finish());
  const auto& metadata = request.timeseries(0).metadata();
  EXPECT_EQ(request.symbols(static_cast<int>(metadata.help_ref())), "Help.");
  EXPECT_EQ(request.symbols(static_cast<int>(metadata.unit_ref())), "seconds");
}

TEST(RequestV2Encoder, WhatCountsSaysSinceWhen) {
  RequestV2Encoder encoder;
  const std::vector<Sample> samples = {{500, 1}, {2000, 2}};
  for (const auto type : {kCounter, kHistogram, kSummary, kGauge, kUntyped}) {
    encoder.AddSeries(encoder.Number({{"__name__", "m"}}, MakeSeries(type, 1000)), samples, false);
  }
  const Request request = Decode(encoder.Finish());
  for (const int series : {0, 1, 2}) {
    EXPECT_EQ(request.timeseries(series).samples(1).start_timestamp(), 1000);
    EXPECT_EQ(request.timeseries(series).samples(0).start_timestamp(), 0)
        << "it cannot have begun after the sample";
  }
  EXPECT_EQ(request.timeseries(3).samples(1).start_timestamp(), 0);
  EXPECT_EQ(request.timeseries(4).samples(1).start_timestamp(), 0);
}

TEST(RequestV2Encoder, ForgetsSymbols) {
  RequestV2Encoder encoder;
  for (int i = 0; i < 100; ++i) {
    encoder.Number({{"__name__", "m" + std::to_string(i)}}, MakeSeries(kGauge));
  }
  EXPECT_GT(encoder.symbols(), 100U);
  encoder.ForgetSymbols();
  EXPECT_EQ(encoder.symbols(), 1U);
  encoder.AddSeries(encoder.Number({{"__name__", "n"}}, MakeSeries(kGauge)), {{{1, 1}}}, false);
  EXPECT_THAT(LabelsOf(Decode(encoder.Finish()), 0), ElementsAre("__name__", "n"));
}

}  // namespace
}  // namespace hostpulse::push
