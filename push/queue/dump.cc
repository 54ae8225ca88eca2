#include "push/queue/dump.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <map>
#include <utility>
#include <vector>

#include "core/metrics/text_writer.h"
#include "push/series_table.h"

namespace hostpulse::push {
namespace {

constexpr std::size_t kSamplesInMemory = 2'000'000;
constexpr std::size_t kSamplesOfStretch = 100'000;
constexpr std::size_t kPiece = std::size_t{64} << 10;

const Status kSinkFull(ErrorCode::kIo, "the output cannot be written");

void AppendNumber(double value, std::string& out) {
  std::array<char, kNumberRoom> text{};
  out.append(text.data(), PutNumber(text.data(), value));
}

// Of OpenMetrics and of JSON: backslash, newline and double quote.
void AppendEscaped(std::string_view text, std::string& out) {
  std::string escaped(2 * text.size(), '\0');
  char* const end = PutEscaped(escaped.data(), text, true);
  out.append(escaped.data(), end);
}

bool IsMarker(double value) {
  return std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(StalenessMarker());
}

// The values of a collection that are no staleness markers.
template <typename Visit>
void ForEachValue(const LoggedCollection& collection, Visit visit) {
  for (const SeriesSample& sample : collection.values) {
    if (!IsMarker(sample.value)) visit(*sample.series, sample.value);
  }
}

// What was worked out for a series, by its id. An id may come to be another series'.
template <typename Value>
class BySeries {
 public:
  // Calls `make` where the series is new.
  template <typename Make>
  Value Of(const SeriesPtr& series, Make make) {
    if (entries_.size() <= series->id) entries_.resize(series->id + 1);
    auto& [of, value] = entries_[series->id];
    if (of != series) {
      value = make(*series);
      of = series;
    }
    return value;
  }

 private:
  std::vector<std::pair<SeriesPtr, Value>> entries_;
};

std::string NameOf(const Series& series) {
  return std::string(LabelValue(series.labels, kNameLabel));
}

// The metrics of a log by name, with what OpenMetrics says of them, and how many samples they have.
struct Metric {
  prometheus::MetricType type = prometheus::MetricType::Untyped;
  std::string help;
  std::uint64_t samples = 0;
};
using Metrics = std::map<std::string, Metric>;

Metrics FindMetrics(const LogView& view, const LogFilter& filter) {
  Metrics metrics;
  BySeries<Metric*> known;
  const auto make = [&](const Series& series) {
    Metric& metric = metrics[NameOf(series)];
    metric.type = series.family->type;
    metric.help = series.family->help;
    return &metric;
  };
  view.ForEach(filter, [&](const LoggedCollection& collection) {
    ForEachValue(collection,
                 [&](const SeriesPtr& series, double) { ++known.Of(series, make)->samples; });
    return true;
  });
  return metrics;
}

class OpenMetricsDump {
 public:
  OpenMetricsDump(const LogView& view, const LogFilter& filter, const DumpSink& sink)
      : view_(view), filter_(filter), sink_(sink) {}

  Status Run() {
    const Metrics metrics = FindMetrics(view_, filter_);
    for (auto first = metrics.begin(); first != metrics.end();) {
      auto last = first;
      std::uint64_t samples = 0;
      while (last != metrics.end() &&
             (last == first || samples + last->second.samples <= kSamplesInMemory)) {
        samples += last->second.samples;
        ++last;
      }
      Read(first->first, std::prev(last)->first);
      for (; first != last; ++first) Write(first->first, first->second);
      if (!Flush(kPiece)) return kSinkFull;
    }
    out_ += "# EOF\n";
    return Flush(0) ? Status() : kSinkFull;
  }

 private:
  // Samples by the text of their labels, by metric.
  using Points = std::vector<Sample>;
  using SeriesOfMetric = std::map<std::string, Points>;

  static std::string LabelText(const Series& series) {
    std::string text;
    for (const Label& label : series.labels) {
      if (label.name == kNameLabel) continue;
      text.append(text.empty() ? "{" : ",").append(label.name).append("=\"");
      AppendEscaped(label.value, text);
      text += '"';
    }
    return text.empty() ? text : text + "}";
  }

  // The samples of the metrics from one name to another.
  void Read(const std::string& first, const std::string& last) {
    found_.clear();
    BySeries<Points*> known;
    const auto make = [&](const Series& series) -> Points* {
      const std::string name = NameOf(series);
      return name >= first && name <= last ? &found_[name][LabelText(series)] : nullptr;
    };
    view_.ForEach(filter_, [&](const LoggedCollection& collection) {
      ForEachValue(collection, [&](const SeriesPtr& series, double value) {
        Points* const points = known.Of(series, make);
        if (points != nullptr) points->push_back({collection.timestamp_ms, value});
      });
      return true;
    });
  }

  // A name that does not end as OpenMetrics wants a counter's to is of unknown type there, and each
  // part of a histogram or summary is a metric of its own.
  void Write(const std::string& name, const Metric& metric) {
    constexpr std::string_view kTotal = "_total";
    const bool counter = metric.type == prometheus::MetricType::Counter && name.ends_with(kTotal);
    const bool gauge = metric.type == prometheus::MetricType::Gauge;
    const std::string family = counter ? name.substr(0, name.size() - kTotal.size()) : name;
    const char* const type = counter ? "counter" : gauge ? "gauge" : "unknown";
    out_.append("# TYPE ").append(family).append(" ").append(type).append("\n");
    out_.append("# HELP ").append(family).append(" ");
    AppendEscaped(metric.help, out_);
    out_ += '\n';
    for (auto& [labels, points] : found_[name]) {
      // They are not where the clock was set back.
      if (!std::ranges::is_sorted(points, {}, &Sample::timestamp_ms)) {
        std::ranges::stable_sort(points, {}, &Sample::timestamp_ms);
      }
      for (const Sample& point : points) WritePoint(name, labels, point);
    }
  }

  void WritePoint(const std::string& name, const std::string& labels, const Sample& point) {
    out_.append(name).append(labels).append(" ");
    AppendNumber(point.value, out_);
    std::array<char, kNumberRoom> time{};
    std::snprintf(time.data(), time.size(), " %lld.%03lld\n",
                  static_cast<long long>(point.timestamp_ms / 1000),
                  static_cast<long long>(point.timestamp_ms % 1000));
    out_ += time.data();
    Flush(kPiece);
  }

  // Where more than so many bytes wait.
  bool Flush(std::size_t more_than) {
    if (open_ && out_.size() > more_than) {
      open_ = sink_(out_);
      out_.clear();
    }
    return open_;
  }

  const LogView& view_;
  const LogFilter filter_;
  const DumpSink& sink_;
  std::map<std::string, SeriesOfMetric> found_;
  std::string out_;
  bool open_ = true;
};

void AppendJsonNumber(double value, std::string& out) {
  if (std::isnan(value)) {
    out += "null";
  } else if (std::isinf(value)) {
    out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    AppendNumber(value, out);
  }
}

// JSON has escapes for control characters, too.
void AppendJsonText(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", c);
      out += escape.data();
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void AppendJsonLine(const Series& series, std::span<const Sample> samples, std::string& out) {
  const std::size_t start = out.size();
  out += "{\"metric\":{";
  const char* comma = "";
  for (const Label& label : series.labels) {
    out += std::exchange(comma, ",");
    AppendJsonText(label.name, out);
    out += ':';
    AppendJsonText(label.value, out);
  }
  out += "},\"values\":[";
  comma = "";
  std::string times;
  for (const Sample& sample : samples) {
    if (IsMarker(sample.value)) continue;
    out += comma;
    times.append(std::exchange(comma, ",")).append(std::to_string(sample.timestamp_ms));
    AppendJsonNumber(sample.value, out);
  }
  if (times.empty()) return out.resize(start);
  out.append("],\"timestamps\":[").append(times).append("]}\n");
}

}  // namespace

Status DumpOpenMetrics(const LogView& view, const LogFilter& filter, const DumpSink& sink) {
  return OpenMetricsDump(view, filter, sink).Run();
}

Status DumpJsonLines(const LogView& view, const LogFilter& filter, const DumpSink& sink) {
  std::string out;
  const bool whole = ForEachBatch(view, filter, kSamplesOfStretch, [&](const Batch& batch) {
    out.clear();
    for (const SeriesRun& run : batch.series) {
      AppendJsonLine(*run.series, batch.SamplesOf(run), out);
    }
    return out.empty() || sink(out);
  });
  return whole ? Status() : kSinkFull;
}

}  // namespace hostpulse::push
