#include "push/remote_write/request_v2_encoder.h"

#include <array>
#include <protozero/buffer_fixed.hpp>
#include <protozero/pbf_writer.hpp>

#include "push/remote_write/metric_type_number.h"

namespace hostpulse::push {
namespace {

// Field numbers of io.prometheus.write.v2.Request and what it is made of.
enum RequestField : protozero::pbf_tag_type { kSymbols = 4, kTimeSeries = 5 };
enum SeriesField : protozero::pbf_tag_type { kLabelRefs = 1, kSamples = 2, kMetadata = 5 };
enum SampleField : protozero::pbf_tag_type { kValue = 1, kTimestamp = 2, kStartTimestamp = 3 };
enum MetadataField : protozero::pbf_tag_type { kType = 1, kHelpRef = 3, kUnitRef = 4 };

// At most: a tag and eight bytes of value, two tags and ten bytes of timestamp each.
constexpr std::size_t kSampleBytes = 31;

// A gauge does not start: it has no time from which on it counts.
bool Counts(prometheus::MetricType type) {
  return type == prometheus::MetricType::Counter || type == prometheus::MetricType::Histogram ||
         type == prometheus::MetricType::Summary;
}

void AddSample(protozero::pbf_writer& series, const Sample& sample, std::int64_t start_ms) {
  std::array<char, kSampleBytes> bytes{};
  protozero::fixed_size_buffer_adaptor buffer(bytes.data(), bytes.size());
  protozero::basic_pbf_writer<protozero::fixed_size_buffer_adaptor> message(buffer);
  message.add_double(kValue, sample.value);
  message.add_int64(kTimestamp, sample.timestamp_ms);
  // One that lies after the sample would say that it counted before it began.
  if (start_ms > 0 && start_ms < sample.timestamp_ms) message.add_int64(kStartTimestamp, start_ms);
  series.add_message(kSamples, buffer.data(), buffer.size());
}

}  // namespace

RequestV2Encoder::RequestV2Encoder() {
  ForgetSymbols();
}

void RequestV2Encoder::ForgetSymbols() {
  ids_.clear();
  texts_.clear();
  places_.clear();
  Intern("");
  Clear();
}

SymbolSeries RequestV2Encoder::Number(const LabelSet& labels, const Series& series) {
  SymbolSeries numbered;
  numbered.labels.reserve(2 * labels.size());
  for (const Label& label : labels) {
    numbered.labels.push_back(Intern(label.name));
    numbered.labels.push_back(Intern(label.value));
  }
  numbered.type = series.family->type;
  numbered.help = Intern(series.family->help);
  numbered.unit = Intern(series.family->unit);
  if (Counts(numbered.type)) numbered.start_ms = series.start_ms;
  return numbered;
}

SymbolId RequestV2Encoder::Intern(std::string_view text) {
  if (const auto found = ids_.find(text); found != ids_.end()) return found->second;
  const auto id = static_cast<SymbolId>(texts_.size());
  const auto place = ids_.emplace(text, id).first;
  texts_.push_back(&place->first);
  places_.emplace_back();
  return id;
}

void RequestV2Encoder::Clear() {
  symbol_bytes_.clear();
  series_bytes_.clear();
  ++request_;
  refs_ = 0;
  RefOf(0);  // The specification wants "" first.
}

std::uint32_t RequestV2Encoder::RefOf(SymbolId id) {
  Place& place = places_[id];
  if (place.request != request_) {
    place = {request_, refs_++};
    protozero::pbf_writer(symbol_bytes_).add_string(kSymbols, *texts_[id]);
  }
  return place.ref;
}

void RequestV2Encoder::AddSeries(const SymbolSeries& series, std::span<const Sample> samples,
                                 bool with_help) {
  protozero::pbf_writer request(series_bytes_);
  protozero::pbf_writer message(request, kTimeSeries);
  {
    protozero::packed_field_uint32 refs(message, kLabelRefs);
    for (const SymbolId id : series.labels) refs.add_element(RefOf(id));
  }
  for (const Sample& sample : samples) AddSample(message, sample, series.start_ms);
  protozero::pbf_writer metadata(message, kMetadata);
  metadata.add_enum(kType, MetricTypeNumber(series.type));
  if (with_help && series.help != 0) metadata.add_uint32(kHelpRef, RefOf(series.help));
  if (with_help && series.unit != 0) metadata.add_uint32(kUnitRef, RefOf(series.unit));
}

std::string_view RequestV2Encoder::Finish() {
  message_.assign(symbol_bytes_).append(series_bytes_);
  return message_;
}

}  // namespace hostpulse::push
