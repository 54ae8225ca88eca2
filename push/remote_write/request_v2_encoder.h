#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "push/labels.h"
#include "push/queue/queue.h"

namespace hostpulse::push {

// A text of labels or metadata, by number: 0 is "".
using SymbolId = std::uint32_t;

// A series with its texts as numbers of one encoder.
struct SymbolSeries {
  std::vector<SymbolId> labels;  // Name, value, name, value, ...
  prometheus::MetricType type = prometheus::MetricType::Untyped;
  SymbolId help = 0;
  SymbolId unit = 0;
  std::int64_t start_ms = 0;  // 0 where the type has no start.
};

// Builds an io.prometheus.write.v2.Request (remote write 2.0). Texts are numbered once, when their
// series is first seen, and each request has those that it needs. Its buffers are used again. Not
// thread safe.
class RequestV2Encoder {
 public:
  RequestV2Encoder();

  // `labels` instead of those of the series, which may have been relabelled.
  SymbolSeries Number(const LabelSet& labels, const Series& series);

  // How many texts are numbered: they stay until ForgetSymbols, after which no SymbolSeries of
  // before may be used.
  std::size_t symbols() const { return texts_.size(); }
  void ForgetSymbols();

  void Clear();

  // All samples of one series, in the order of time.
  void AddSeries(const SymbolSeries& series, std::span<const Sample> samples, bool with_help);

  std::size_t raw_bytes() const { return symbol_bytes_.size() + series_bytes_.size(); }

  // The message; valid until the next call.
  std::string_view Finish();

 private:
  struct Place {
    std::uint64_t request = 0;  // The one that `ref` belongs to.
    std::uint32_t ref = 0;
  };

  SymbolId Intern(std::string_view text);
  std::uint32_t RefOf(SymbolId id);

  std::map<std::string, SymbolId, std::less<>> ids_;
  std::vector<const std::string*> texts_;  // By id; the keys of ids_.
  std::vector<Place> places_;              // By id.
  std::uint64_t request_ = 0;
  std::uint32_t refs_ = 0;  // In this request.
  std::string symbol_bytes_;
  std::string series_bytes_;
  std::string message_;
};

}  // namespace hostpulse::push
