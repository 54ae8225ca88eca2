#include "core/metrics/protobuf_encoder.h"

#include <gtest/gtest.h>

#include <list>
#include <protozero/pbf_reader.hpp>
#include <random>
#include <string>
#include <vector>

#include "core/metrics/metric_batch.h"
#include "core/metrics/text_encoder.h"
#include "tests/core/metrics/odd_families.h"

namespace hostpulse {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;
using protozero::pbf_reader;

// A family as it was read back.
struct Family {
  std::string name;
  std::string help;
  MetricType type = MetricType::Untyped;
  std::list<ClientMetric> metrics;
  std::vector<const ClientMetric*> pointers;
};

ClientMetric::Label ReadLabel(pbf_reader in) {
  ClientMetric::Label label;
  while (in.next()) {
    std::string& part = in.tag() == 1 ? label.name : label.value;
    part = in.get_string();
  }
  return label;
}

double ReadNumber(pbf_reader in) {
  EXPECT_TRUE(in.next(1));
  return in.get_double();
}

ClientMetric::Summary ReadSummary(pbf_reader in) {
  ClientMetric::Summary summary;
  while (in.next()) {
    if (in.tag() == 1) summary.sample_count = in.get_uint64();
    if (in.tag() == 2) summary.sample_sum = in.get_double();
    if (in.tag() != 3) continue;
    pbf_reader part = in.get_message();
    auto& quantile = summary.quantile.emplace_back();
    while (part.next()) {
      double& number = part.tag() == 1 ? quantile.quantile : quantile.value;
      number = part.get_double();
    }
  }
  return summary;
}

ClientMetric::Histogram ReadHistogram(pbf_reader in) {
  ClientMetric::Histogram histogram;
  while (in.next()) {
    if (in.tag() == 1) histogram.sample_count = in.get_uint64();
    if (in.tag() == 2) histogram.sample_sum = in.get_double();
    if (in.tag() != 3) continue;
    pbf_reader part = in.get_message();
    auto& bucket = histogram.bucket.emplace_back();
    while (part.next()) {
      if (part.tag() == 1) bucket.cumulative_count = part.get_uint64();
      if (part.tag() == 2) bucket.upper_bound = part.get_double();
    }
  }
  return histogram;
}

ClientMetric ReadMetric(pbf_reader in) {
  ClientMetric metric;
  while (in.next()) {
    switch (in.tag()) {
      case 1:
        metric.label.push_back(ReadLabel(in.get_message()));
        break;
      case 2:
        metric.gauge.value = ReadNumber(in.get_message());
        break;
      case 3:
        metric.counter.value = ReadNumber(in.get_message());
        break;
      case 4:
        metric.summary = ReadSummary(in.get_message());
        break;
      case 5:
        metric.untyped.value = ReadNumber(in.get_message());
        break;
      case 6:
        metric.timestamp_ms = in.get_int64();
        break;
      case 7:
        metric.histogram = ReadHistogram(in.get_message());
        break;
      default:
        ADD_FAILURE() << "field " << in.tag();
        in.skip();
    }
  }
  return metric;
}

Family ReadFamily(pbf_reader in) {
  constexpr std::array kTypes = {MetricType::Counter, MetricType::Gauge, MetricType::Summary,
                                 MetricType::Untyped, MetricType::Histogram};
  Family family;
  while (in.next()) {
    if (in.tag() == 1) family.name = in.get_string();
    if (in.tag() == 2) family.help = in.get_string();
    if (in.tag() == 3) family.type = kTypes.at(static_cast<std::size_t>(in.get_enum()));
    if (in.tag() == 4) family.metrics.push_back(ReadMetric(in.get_message()));
  }
  return family;
}

// What the text encoder makes of what was read back.
std::string AsText(std::string_view stream) {
  std::list<Family> families;
  const char* at = stream.data();
  const char* const end = at + stream.size();
  while (at != end) {
    const auto size = protozero::decode_varint(&at, end);
    families.push_back(ReadFamily(pbf_reader(at, size)));
    at += size;
  }
  std::vector<FamilyView> views;
  for (Family& family : families) {
    for (const ClientMetric& metric : family.metrics) family.pointers.push_back(&metric);
    views.push_back({family.name, family.help, family.type, family.pointers});
  }
  std::string text;
  EncodeText(views, text);
  return text;
}

TEST(ProtobufEncoderTest, WritesZeroAsWell) {
  MetricBatch batch;
  batch.Begin();
  batch.Family("a", "H.", kGauge).Add(0);
  batch.Finish();
  std::string bytes = "what was there";
  EncodeProtobuf(batch.families(), bytes);
  // name, help, type GAUGE, metric { gauge { value: 0 } }
  EXPECT_EQ(bytes, std::string("\x16\x0A\x01"
                               "a\x12\x02H.\x18\x01\x22\x0B\x12\x09\x09\0\0\0\0\0\0\0\0",
                               23));
}

TEST(ProtobufEncoderTest, HasAllThatTheTextHas) {
  std::mt19937_64 random(31);
  MetricBatch batch;
  std::string bytes;
  std::string text;
  for (int round = 0; round < 300; ++round) {
    test::FillOddFamilies(random, batch);
    EncodeProtobuf(batch.families(), bytes);
    EncodeText(batch.families(), text);
    ASSERT_EQ(AsText(bytes), text);
  }
}

}  // namespace
}  // namespace hostpulse
