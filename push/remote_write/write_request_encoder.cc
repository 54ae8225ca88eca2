#include "push/remote_write/write_request_encoder.h"

#include <array>
#include <protozero/buffer_fixed.hpp>
#include <protozero/pbf_writer.hpp>

#include "push/remote_write/metric_type_number.h"

namespace hostpulse::push {
namespace {

// Field numbers of prometheus.WriteRequest and what it is made of.
enum RequestField : protozero::pbf_tag_type { kTimeSeries = 1, kMetadata = 3 };
enum SeriesField : protozero::pbf_tag_type { kLabels = 1, kSamples = 2 };
enum LabelField : protozero::pbf_tag_type { kLabelName = 1, kLabelValue = 2 };
enum SampleField : protozero::pbf_tag_type { kValue = 1, kTimestamp = 2 };
enum MetadataField : protozero::pbf_tag_type { kType = 1, kFamilyName = 2, kHelp = 4, kUnit = 5 };

// At most: a tag and eight bytes of value, a tag and ten bytes of timestamp.
constexpr std::size_t kSampleBytes = 20;

}  // namespace

std::string WriteRequestEncoder::EncodeLabels(const LabelSet& labels) {
  std::string out;
  protozero::pbf_writer series(out);
  for (const Label& label : labels) {
    protozero::pbf_writer message(series, kLabels);
    message.add_string(kLabelName, label.name);
    message.add_string(kLabelValue, label.value);
  }
  return out;
}

void WriteRequestEncoder::AddSeries(std::string_view labels, std::span<const Sample> samples) {
  protozero::pbf_writer request(raw_);
  protozero::pbf_writer series(request, kTimeSeries);
  raw_.append(labels);
  std::array<char, kSampleBytes> bytes{};
  for (const Sample& sample : samples) {
    protozero::fixed_size_buffer_adaptor buffer(bytes.data(), bytes.size());
    protozero::basic_pbf_writer<protozero::fixed_size_buffer_adaptor> message(buffer);
    message.add_double(kValue, sample.value);
    message.add_int64(kTimestamp, sample.timestamp_ms);
    series.add_message(kSamples, buffer.data(), buffer.size());
  }
}

void WriteRequestEncoder::AddMetadata(const SeriesFamily& family) {
  protozero::pbf_writer request(raw_);
  protozero::pbf_writer metadata(request, kMetadata);
  metadata.add_enum(kType, MetricTypeNumber(family.type));
  metadata.add_string(kFamilyName, family.name);
  metadata.add_string(kHelp, family.help);
  if (!family.unit.empty()) metadata.add_string(kUnit, family.unit);
}

}  // namespace hostpulse::push
