#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "push/labels.h"
#include "push/queue/queue.h"

namespace hostpulse::push {

// Builds a prometheus.WriteRequest (remote write 1.0, and what VictoriaMetrics takes). Its buffer
// is used again for each request. Not thread safe.
class WriteRequestEncoder {
 public:
  // The labels of a series as they stand inside every request that has it.
  static std::string EncodeLabels(const LabelSet& labels);

  void Clear() { raw_.clear(); }

  // All samples of one series, in the order of time; labels by EncodeLabels.
  void AddSeries(std::string_view labels, std::span<const Sample> samples);

  // Type, help and unit of a metric: goes into requests without series.
  void AddMetadata(const SeriesFamily& family);

  std::size_t raw_bytes() const { return raw_.size(); }

  // The message so far; valid until the next call.
  std::string_view message() const { return raw_; }

 private:
  std::string raw_;
};

}  // namespace hostpulse::push
