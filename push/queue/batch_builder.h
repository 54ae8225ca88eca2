#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "push/queue/queue.h"

namespace hostpulse::push {

// A value of a series in one collection. Borrows the series.
struct SeriesSample {
  SeriesId id = 0;
  const SeriesPtr* series = nullptr;
  double value = 0;
};

// Turns collections, one after the other, into a batch by series. Its buffers are kept.
class BatchBuilder {
 public:
  void Start();

  // Samples of one collection, ascending by id.
  void Add(std::int64_t timestamp_ms, std::span<const SeriesSample> samples);

  std::size_t samples() const { return rows_.size(); }

  // Fills the batch's series and samples.
  void Finish(Batch& out);

 private:
  struct Run {
    SeriesId id = 0;
    SeriesPtr series;
    std::uint32_t count = 0;
    std::uint32_t next = 0;  // Where its next sample goes.
  };
  struct Row {
    std::uint32_t run = 0;  // Into runs_.
    Sample sample;
  };

  void AddRuns(std::span<const SeriesSample> samples);

  std::vector<Run> runs_;             // In the order of coming.
  std::vector<std::uint32_t> order_;  // Into runs_, ascending by id.
  std::vector<std::uint32_t> merged_;
  std::vector<Row> rows_;
};

}  // namespace hostpulse::push
