#include "push/remote_write/write_request_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "push/remote_write/compressor.h"
#include "push/series_table.h"
#include "tests/push/received.h"

namespace hostpulse::push {
namespace {

using test::Bits;
using test::Decode;

TEST(WriteRequestEncoder, AnotherImplementationReadsTheSame) {
  WriteRequestEncoder encoder;
  const std::vector<Sample> samples = {
      {1'700'000'000'000, 1.5}, {1'700'000'015'000, -0.0}, {1'700'000'030'000, StalenessMarker()}};
  encoder.AddSeries(
      WriteRequestEncoder::EncodeLabels({{"__name__", "m"}, {"device", "\xc3\xa9 \"x\"\n"}}),
      samples);
  encoder.AddSeries(WriteRequestEncoder::EncodeLabels({{"__name__", std::string(300, 'n')}}),
                    {{{-1, std::numeric_limits<double>::infinity()}}});
  Compressor compressor;
  const auto request = Decode(compressor.Compress(encoder.message(), Protocol::kRemoteWrite1));
  ASSERT_EQ(request.timeseries_size(), 2);
  EXPECT_EQ(request.timeseries(0).labels(1).name(), "device");
  EXPECT_EQ(request.timeseries(0).labels(1).value(), "\xc3\xa9 \"x\"\n");
  ASSERT_EQ(request.timeseries(0).samples_size(), 3);
  for (int i = 0; i < 3; ++i) {
    const Sample& sample = samples[static_cast<std::size_t>(i)];
    EXPECT_EQ(request.timeseries(0).samples(i).timestamp(), sample.timestamp_ms);
    EXPECT_EQ(Bits(request.timeseries(0).samples(i).value()), Bits(sample.value));
  }
  EXPECT_EQ(request.timeseries(1).labels(0).value().size(), 300);
  EXPECT_EQ(request.timeseries(1).samples(0).timestamp(), -1);
  EXPECT_EQ(request.metadata_size(), 0);
}

TEST(WriteRequestEncoder, MetadataHasTypeHelpAndUnit) {
  WriteRequestEncoder encoder;
  encoder.AddMetadata({"a_seconds_total", kCounter, "Help.", "seconds"});
  encoder.AddMetadata({"b", kUntyped, "", ""});
  encoder.AddMetadata({"c", kHistogram, "", ""});
  encoder.AddMetadata({"d", kSummary, "", ""});
  encoder.AddMetadata({"e", kGauge, "", ""});
  Compressor compressor;
  const auto request = Decode(compressor.Compress(encoder.message(), Protocol::kRemoteWrite1));
  using remote_write_test::Metadata;
  ASSERT_EQ(request.metadata_size(), 5);
  EXPECT_EQ(request.metadata(0).type(), Metadata::COUNTER);
  EXPECT_EQ(request.metadata(0).metric_family_name(), "a_seconds_total");
  EXPECT_EQ(request.metadata(0).help(), "Help.");
  EXPECT_EQ(request.metadata(0).unit(), "seconds");
  EXPECT_EQ(request.metadata(1).type(), Metadata::UNKNOWN);
  EXPECT_EQ(request.metadata(2).type(), Metadata::HISTOGRAM);
  EXPECT_EQ(request.metadata(3).type(), Metadata::SUMMARY);
  EXPECT_EQ(request.metadata(4).type(), Metadata::GAUGE);
}

TEST(WriteRequestEncoder, AnEmptyRequestIsOneTooAndClearForgets) {
  WriteRequestEncoder encoder;
  encoder.AddMetadata({"a", kCounter, "Help.", ""});
  encoder.Clear();
  Compressor compressor;
  const std::string_view body = compressor.Compress(encoder.message(), Protocol::kRemoteWrite1);
  EXPECT_FALSE(body.empty());
  const auto request = Decode(body);
  EXPECT_EQ(request.timeseries_size() + request.metadata_size(), 0);
}

}  // namespace
}  // namespace hostpulse::push
