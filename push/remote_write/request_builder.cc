#include "push/remote_write/request_builder.h"

#include <algorithm>
#include <span>
#include <utility>

namespace hostpulse::push {
namespace {

constexpr std::size_t kMetadataPerRequest = 2000;
// Texts of series that have ended stay until so many are there; then all are numbered anew.
constexpr std::size_t kMostSymbols = 100'000;

std::span<const Sample> YoungEnough(std::span<const Sample> samples, std::int64_t not_before_ms) {
  const auto first = std::find_if(samples.begin(), samples.end(), [&](const Sample& sample) {
    return sample.timestamp_ms >= not_before_ms;
  });
  return samples.subspan(static_cast<std::size_t>(first - samples.begin()));
}

// How many of the last samples are later than that.
std::size_t FromFuture(std::span<const Sample> samples, std::int64_t not_after_ms) {
  std::size_t count = 0;
  while (count < samples.size() &&
         samples[samples.size() - 1 - count].timestamp_ms > not_after_ms) {
    ++count;
  }
  return count;
}

std::span<const Sample> TakeHeartbeats(std::span<const Sample> samples, const PartLimits& limits,
                                       RequestPart& part) {
  const auto later = YoungEnough(samples, limits.overtaken_until_ms + 1);
  part.overtaken += samples.size() - later.size();
  return limits.leave_out_overtaken ? later : samples;
}

}  // namespace

void RequestBuilder::SetProtocol(Protocol protocol) {
  if (protocol == protocol_) return;
  protocol_ = protocol;
  known_.clear();
  v2_encoder_.ForgetSymbols();
}

void RequestBuilder::Clear() {
  encoder_.Clear();
  v2_encoder_.Clear();
}

void RequestBuilder::AddSeries(const Known& known, std::span<const Sample> samples,
                               bool with_help) {
  if (protocol_ == Protocol::kRemoteWrite2) {
    v2_encoder_.AddSeries(known.symbols, samples, with_help);
  } else {
    encoder_.AddSeries(known.labels, samples);
  }
}

std::size_t RequestBuilder::raw_bytes() const {
  return protocol_ == Protocol::kRemoteWrite2 ? v2_encoder_.raw_bytes() : encoder_.raw_bytes();
}

std::string_view RequestBuilder::Finish() {
  const bool is_v2 = protocol_ == Protocol::kRemoteWrite2;
  return compressor_.Compress(is_v2 ? v2_encoder_.Finish() : encoder_.message(), protocol_);
}

RequestPart RequestBuilder::Build(const Batch& batch, std::size_t first_series,
                                  const PartLimits& limits) {
  RequestPart part;
  Clear();
  std::size_t at = first_series;
  for (; at < batch.series.size(); ++at) {
    const SeriesRun& run = batch.series[at];
    const Known& known = Look(*run.series);
    if (known.dropped) {
      part.relabelled_away += run.count;
      continue;
    }
    const std::span<const Sample> all = batch.SamplesOf(run);
    const std::size_t future = FromFuture(all, limits.not_after_ms);
    std::span<const Sample> samples =
        YoungEnough(all.first(all.size() - future), limits.not_before_ms);
    const bool full =
        part.samples + samples.size() > limits.max_samples || raw_bytes() >= limits.max_raw_bytes;
    if (full && part.samples > 0) break;
    part.from_future += future;
    part.too_old += all.size() - future - samples.size();
    if (known.is_heartbeat) samples = TakeHeartbeats(samples, limits, part);
    if (samples.empty()) continue;
    AddSeries(known, samples, limits.with_help);
    part.samples += samples.size();
  }
  part.next_series = at;
  if (part.samples > 0) part.body = Finish();
  return part;
}

void RequestBuilder::Forget(const Batch& batch) {
  for (const SeriesRun& run : batch.series) {
    if (run.ended) known_.erase(run.series->id);
  }
  if (v2_encoder_.symbols() < kMostSymbols) return;
  known_.clear();
  v2_encoder_.ForgetSymbols();
}

std::vector<std::string> RequestBuilder::Metadata() {
  std::vector<std::string> bodies;
  if (protocol_ == Protocol::kRemoteWrite2) return bodies;
  std::size_t in_request = 0;
  encoder_.Clear();
  for (const SeriesFamily* family : Families()) {
    encoder_.AddMetadata(*family);
    if (++in_request < kMetadataPerRequest) continue;
    bodies.emplace_back(Finish());
    encoder_.Clear();
    in_request = 0;
  }
  if (in_request > 0) bodies.emplace_back(Finish());
  return bodies;
}

const RequestBuilder::Known& RequestBuilder::Look(const Series& series) {
  const auto [it, is_new] = known_.try_emplace(series.id);
  Known& known = it->second;
  if (!is_new) return known;
  LabelSet labels = series.labels;
  known.is_heartbeat = labels == heartbeat_;
  known.dropped = !relabeler_.Apply(labels);
  if (known.dropped) return known;
  known.family = series.family;
  if (protocol_ == Protocol::kRemoteWrite2) {
    known.symbols = v2_encoder_.Number(labels, series);
  } else {
    known.labels = WriteRequestEncoder::EncodeLabels(labels);
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
