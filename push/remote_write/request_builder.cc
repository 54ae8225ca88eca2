#include "push/remote_write/request_builder.h"

#include <algorithm>
#include <span>
#include <utility>

namespace hostpulse::push {
namespace {

constexpr std::size_t kMetadataPerRequest = 2000;

std::span<const Sample> YoungEnough(std::span<const Sample> samples, std::int64_t not_before_ms) {
  const auto first = std::find_if(samples.begin(), samples.end(), [&](const Sample& sample) {
    return sample.timestamp_ms >= not_before_ms;
  });
  return samples.subspan(static_cast<std::size_t>(first - samples.begin()));
}

}  // namespace

RequestPart RequestBuilder::Build(const Batch& batch, std::size_t first_series,
                                  const PartLimits& limits) {
  RequestPart part;
  encoder_.Clear();
  std::size_t at = first_series;
  for (; at < batch.series.size(); ++at) {
    const SeriesRun& run = batch.series[at];
    const Known& known = Look(*run.series);
    if (known.dropped) {
      part.relabelled_away += run.count;
      continue;
    }
    const std::span<const Sample> samples = YoungEnough(batch.SamplesOf(run), limits.not_before_ms);
    const bool full = part.samples + samples.size() > limits.max_samples ||
                      encoder_.raw_bytes() >= limits.max_raw_bytes;
    if (full && part.samples > 0) break;
    part.too_old += run.count - samples.size();
    if (samples.empty()) continue;
    encoder_.AddSeries(known.labels, samples);
    part.samples += samples.size();
  }
  part.next_series = at;
  if (part.samples > 0) part.body = encoder_.Compress();
  return part;
}

void RequestBuilder::Forget(const Batch& batch) {
  for (const SeriesRun& run : batch.series) {
    if (run.ended) known_.erase(run.series->id);
  }
}

std::vector<std::string> RequestBuilder::Metadata() {
  std::vector<std::string> bodies;
  std::size_t in_request = 0;
  encoder_.Clear();
  for (const SeriesFamily* family : Families()) {
    encoder_.AddMetadata(*family);
    if (++in_request < kMetadataPerRequest) continue;
    bodies.emplace_back(encoder_.Compress());
    encoder_.Clear();
    in_request = 0;
  }
  if (in_request > 0) bodies.emplace_back(encoder_.Compress());
  return bodies;
}

const RequestBuilder::Known& RequestBuilder::Look(const Series& series) {
  const auto [it, is_new] = known_.try_emplace(series.id);
  Known& known = it->second;
  if (!is_new) return known;
  LabelSet labels = series.labels;
  known.dropped = !relabeler_.Apply(labels);
  if (!known.dropped) {
    known.labels = WriteRequestEncoder::EncodeLabels(labels);
    known.family = series.family;
  }
  return known;
}

// Each name once, sorted.
std::vector<const SeriesFamily*> RequestBuilder::Families() const {
  std::vector<const SeriesFamily*> families;
  for (const auto& [id, known] : known_) {
    if (known.family != nullptr) families.push_back(known.family.get());
  }
  const auto name = [](const SeriesFamily* family) -> const std::string& { return family->name; };
  std::ranges::sort(families, {}, name);
  const auto same = [](const SeriesFamily* a, const SeriesFamily* b) { return a->name == b->name; };
  families.erase(std::unique(families.begin(), families.end(), same), families.end());
  return families;
}

}  // namespace hostpulse::push
