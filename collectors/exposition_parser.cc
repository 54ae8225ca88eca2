#include "collectors/exposition_parser.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "collectors/exposition_lexer.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// Which part of a histogram or summary a sample is; kValue for the other types.
enum class Part { kValue, kBound, kSum, kCount };

constexpr std::array<std::pair<std::string_view, MetricType>, 5> kTypes = {
    {{"counter", MetricType::Counter},
     {"gauge", MetricType::Gauge},
     {"histogram", MetricType::Histogram},
     {"summary", MetricType::Summary},
     {"untyped", MetricType::Untyped}}};

std::optional<MetricType> ParseType(std::string word) {
  std::ranges::transform(word, word.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
  });
  for (const auto& [name, type] : kTypes) {
    if (word == name) return type;
  }
  return std::nullopt;
}

bool ToCount(double value, std::uint64_t& count) {
  if (!(value >= 0) || value >= 0x1p64) return false;
  count = static_cast<std::uint64_t>(value);
  return true;
}

// By the bound; of two that are equal (le="1" and le="1.0") the first one stays.
template <typename T>
void SortUnique(std::vector<T>& parts, double T::*bound) {
  std::stable_sort(parts.begin(), parts.end(),
                   [&](const T& a, const T& b) { return a.*bound < b.*bound; });
  const auto same = [&](const T& a, const T& b) { return a.*bound == b.*bound; };
  parts.erase(std::unique(parts.begin(), parts.end(), same), parts.end());
}

class ExpositionBuilder {
 public:
  explicit ExpositionBuilder(const ExpositionLimits& limits) : limits_(limits) {}

  // What is wrong, or null.
  LexError AddLine(std::string_view line, int number) {
    if (line.size() > limits_.line_bytes) return "line is too long";
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == line.npos) return nullptr;
    if (line[start] == '#') return AddComment(line);
    if (const LexError error = LexSample(line, sample_)) return error;
    if (++samples_ > limits_.samples) return "more samples than are accepted";
    if (sample_.has_timestamp) Note(result_.first_timestamp_line, number);
    return AddSample(number);
  }

  Exposition Finish() {
    for (MetricFamily& family : result_.families) {
      for (ClientMetric& metric : family.metric) {
        SortUnique(metric.histogram.bucket, &ClientMetric::Bucket::upper_bound);
        SortUnique(metric.summary.quantile, &ClientMetric::Quantile::quantile);
      }
    }
    std::erase_if(result_.families, [](const auto& family) { return family.metric.empty(); });
    return std::move(result_);
  }

 private:
  struct FamilyState {
    std::size_t index = 0;  // Into result_.families.
    bool has_help = false;
    bool has_type = false;  // By a TYPE line or, as untyped, by its first sample.
  };
  using Labels = std::vector<ClientMetric::Label>;

  static void Note(int& first_line, int number) {
    if (first_line == 0) first_line = number;
  }

  FamilyState& Find(std::string_view name) {
    const auto found = families_.find(name);
    if (found != families_.end()) return found->second;
    FamilyState state{.index = result_.families.size()};
    MetricFamily& family = result_.families.emplace_back();
    family.name = name;
    family.type = MetricType::Untyped;
    return families_.emplace(std::string(name), state).first->second;
  }

  LexError AddComment(std::string_view line) {
    if (const LexError error = LexComment(line, comment_)) return error;
    if (comment_.kind == CommentLine::Kind::kOther) return nullptr;
    if (comment_.name.empty()) return "invalid metric name in a comment";
    FamilyState& state = Find(comment_.name);
    MetricFamily& family = result_.families[state.index];
    if (comment_.kind == CommentLine::Kind::kHelp) {
      if (std::exchange(state.has_help, true)) return "second HELP line for a metric";
      family.help = comment_.text;
      return nullptr;
    }
    if (std::exchange(state.has_type, true)) {
      return "second TYPE line for a metric, or one behind its samples";
    }
    const auto type = ParseType(comment_.text);
    if (!type) return "unknown metric type";
    family.type = *type;
    return nullptr;
  }

  // The family with this suffix less, if it has one of those types.
  FamilyState* FindBase(std::string_view suffix, bool or_summary) {
    std::string_view name = sample_.name;
    if (!name.ends_with(suffix)) return nullptr;
    name.remove_suffix(suffix.size());
    const auto found = families_.find(name);
    if (found == families_.end()) return nullptr;
    const MetricType type = result_.families[found->second.index].type;
    const bool fits = type == MetricType::Histogram || (or_summary && type == MetricType::Summary);
    return fits ? &found->second : nullptr;
  }

  LexError AddSample(int number) {
    // A family of exactly this name goes before one that the name could be a part of.
    if (!families_.contains(sample_.name)) {
      if (FamilyState* base = FindBase("_count", true)) return AddPart(*base, Part::kCount, number);
      if (FamilyState* base = FindBase("_sum", true)) return AddPart(*base, Part::kSum, number);
      if (FamilyState* base = FindBase("_bucket", false)) {
        return AddPart(*base, Part::kBound, number);
      }
    }
    FamilyState& state = Find(sample_.name);
    state.has_type = true;
    switch (result_.families[state.index].type) {
      case MetricType::Histogram:
        return "sample of a histogram that is no bucket, sum or count";
      case MetricType::Summary:
        return AddPart(state, Part::kBound, number);
      default:
        return AddPart(state, Part::kValue, number);
    }
  }

  // Takes the label out that says which bucket or quantile a sample is.
  LexError TakeBound(MetricType type, Part part, double& bound) {
    const std::string_view wanted = type == MetricType::Histogram ? "le" : "quantile";
    const auto label = std::ranges::find(sample_.labels, wanted, &ClientMetric::Label::name);
    if (label == sample_.labels.end()) {
      return part == Part::kBound ? "bucket without le, or quantile without its label" : nullptr;
    }
    if (!LexFloat(label->value, bound) || std::isnan(bound)) {
      return "expected a float in the label le or quantile";
    }
    sample_.labels.erase(label);
    return nullptr;
  }

  LexError AddPart(const FamilyState& state, Part part, int number) {
    if (!seen_.emplace(state.index, part, sample_.labels).second) {
      Note(result_.first_duplicate_line, number);
      return nullptr;
    }
    MetricFamily& family = result_.families[state.index];
    if (part == Part::kValue) {
      ClientMetric& metric = family.metric.emplace_back();
      metric.label = sample_.labels;
      metric.counter.value = metric.gauge.value = metric.untyped.value = sample_.value;
      return nullptr;
    }
    double bound = 0;
    if (const LexError error = TakeBound(family.type, part, bound)) return error;
    ClientMetric& metric = FindMetric(state.index);
    if (family.type == MetricType::Histogram) return AddToHistogram(metric.histogram, part, bound);
    return AddToSummary(metric.summary, part, bound);
  }

  // The metric that the parts with the sample's labels belong to.
  ClientMetric& FindMetric(std::size_t family_index) {
    std::vector<ClientMetric>& metrics = result_.families[family_index].metric;
    const auto [found, is_new] =
        metrics_.try_emplace({family_index, sample_.labels}, metrics.size());
    if (is_new) metrics.emplace_back().label = sample_.labels;
    return metrics[found->second];
  }

  LexError AddToHistogram(ClientMetric::Histogram& histogram, Part part, double bound) {
    if (part != Part::kBound) return AddTotal(part, histogram.sample_count, histogram.sample_sum);
    histogram.bucket.push_back({.cumulative_count = 0, .upper_bound = bound});
    return ToCount(sample_.value, histogram.bucket.back().cumulative_count)
               ? nullptr
               : "expected a count in a bucket";
  }

  LexError AddToSummary(ClientMetric::Summary& summary, Part part, double bound) {
    if (part != Part::kBound) return AddTotal(part, summary.sample_count, summary.sample_sum);
    summary.quantile.push_back({.quantile = bound, .value = sample_.value});
    return nullptr;
  }

  LexError AddTotal(Part part, std::uint64_t& count, double& sum) {
    if (part == Part::kSum) {
      sum = sample_.value;
      return nullptr;
    }
    return ToCount(sample_.value, count) ? nullptr : "expected a count of a histogram or summary";
  }

  const ExpositionLimits& limits_;
  Exposition result_;
  std::map<std::string, FamilyState, std::less<>> families_;
  std::set<std::tuple<std::size_t, Part, Labels>> seen_;           // Every sample, by its family.
  std::map<std::pair<std::size_t, Labels>, std::size_t> metrics_;  // Of histograms and summaries.
  std::size_t samples_ = 0;
  CommentLine comment_;
  SampleLine sample_;
};

Status ErrorInLine(int number, std::string_view reason) {
  return {ErrorCode::kParse, "line " + std::to_string(number) + ": " + std::string(reason)};
}

}  // namespace

Result<Exposition> ParseExposition(std::string_view text, const ExpositionLimits& limits) {
  ExpositionBuilder builder(limits);
  kernel::LineScanner lines(text);
  for (std::string_view line; lines.Next(line);) {
    if (const LexError error = builder.AddLine(line, lines.number())) {
      return ErrorInLine(lines.number(), error);
    }
  }
  // A writer that died in the middle of a number leaves a line that looks fine otherwise.
  if (!text.empty() && !text.ends_with('\n')) {
    return ErrorInLine(lines.number(), "no line feed at its end");
  }
  return builder.Finish();
}

}  // namespace hostpulse::collectors
