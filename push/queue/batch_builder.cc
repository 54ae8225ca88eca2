#include "push/queue/batch_builder.h"

#include <bit>

#include "push/series_table.h"

namespace hostpulse::push {

void BatchBuilder::Start() {
  runs_.clear();
  order_.clear();
  rows_.clear();
}

void BatchBuilder::Add(std::int64_t timestamp_ms, std::span<const SeriesSample> samples) {
  AddRuns(samples);
  std::size_t at = 0;
  for (const SeriesSample& sample : samples) {
    while (runs_[order_[at]].id != sample.id) ++at;
    const std::uint32_t run = order_[at];
    ++runs_[run].count;
    rows_.push_back({run, {timestamp_ms, sample.value}});
  }
}

// Mostly there is nothing to do but to see that.
void BatchBuilder::AddRuns(std::span<const SeriesSample> samples) {
  const std::size_t before = runs_.size();
  std::size_t at = 0;
  merged_.clear();
  for (const SeriesSample& sample : samples) {
    while (at < before && runs_[order_[at]].id < sample.id) {
      merged_.push_back(order_[at++]);
    }
    if (at < before && runs_[order_[at]].id == sample.id) continue;
    merged_.push_back(static_cast<std::uint32_t>(runs_.size()));
    runs_.push_back({sample.id, *sample.series, 0, 0});
  }
  if (runs_.size() == before) return;
  merged_.insert(merged_.end(), order_.begin() + static_cast<std::ptrdiff_t>(at), order_.end());
  order_.swap(merged_);
}

void BatchBuilder::Finish(Batch& out) {
  out.series.clear();
  std::uint32_t next = 0;
  for (const std::uint32_t index : order_) {
    Run& run = runs_[index];
    out.series.push_back({std::move(run.series), next, run.count, false});
    run.next = next;
    next += run.count;
  }
  out.samples.resize(rows_.size());
  for (const Row& row : rows_) out.samples[runs_[row.run].next++] = row.sample;
  for (SeriesRun& run : out.series) {
    run.ended = std::bit_cast<std::uint64_t>(out.samples[run.first + run.count - 1].value) ==
                kStalenessBits;
  }
}

}  // namespace hostpulse::push
