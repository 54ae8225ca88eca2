#include "core/metrics/openmetrics_encoder.h"

#include <algorithm>

#include "core/metrics/metric_desc.h"
#include "core/metrics/sample_text.h"
#include "core/metrics/text_writer.h"

namespace hostpulse {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kTotal = "_total";
constexpr std::string_view kCreated = "_created";

// How a family is called and typed in OpenMetrics.
struct Identity {
  std::string_view name;
  std::string_view type_name;
  std::string_view counter_suffix;
};

// The family called front + back, or nullptr.
const FamilyView* Find(std::span<const FamilyView> families, std::string_view front,
                       std::string_view back = "") {
  const auto compare = [&](std::string_view name) {
    const int order = name.substr(0, front.size()).compare(front);
    return order != 0 ? order : name.substr(front.size()).compare(back);
  };
  const auto found =
      std::partition_point(families.begin(), families.end(),
                           [&](const FamilyView& family) { return compare(family.name) < 0; });
  return found != families.end() && compare(found->name) == 0 ? &*found : nullptr;
}

// Whether a counter family of this name would share it, or the name of a sample that it may have,
// with another family or with a sample that that one may have.
bool IsTaken(std::span<const FamilyView> families, std::string_view name) {
  if (Find(families, name) != nullptr || Find(families, name, kCreated) != nullptr) return true;
  for (const std::string_view suffix : {kCreated, "_count"sv, "_sum"sv, "_bucket"sv}) {
    if (!name.ends_with(suffix)) continue;
    const std::string_view stem = name.substr(0, name.size() - suffix.size());
    if (suffix == kCreated && Find(families, stem, kTotal) != nullptr) return true;
    const FamilyView* const other = Find(families, stem);
    return other != nullptr && (other->type == kHistogram || other->type == kSummary);
  }
  return false;
}

// Whether the values are what OpenMetrics lets a counter have.
bool CountUp(const FamilyView& family) {
  return std::all_of(family.metrics.begin(), family.metrics.end(),
                     [](const auto* metric) { return metric->counter.value >= 0; });
}

Identity Identify(std::span<const FamilyView> families, const FamilyView& family) {
  switch (family.type) {
    case prometheus::MetricType::Counter:
      if (family.name.ends_with(kTotal)) {
        const auto base = family.name.substr(0, family.name.size() - kTotal.size());
        if (!base.empty() && !IsTaken(families, base) && CountUp(family)) {
          return {base, "counter", kTotal};
        }
      }
      return {family.name, "unknown", ""};
    case prometheus::MetricType::Gauge:
      return {family.name, "gauge", ""};
    case prometheus::MetricType::Histogram:
      return {family.name, "histogram", ""};
    case prometheus::MetricType::Summary:
      return {family.name, "summary", ""};
    case prometheus::MetricType::Untyped:
      break;
  }
  return {family.name, "unknown", ""};
}

void AppendHead(const Identity& identity, std::string_view help, TextWriter& out) {
  out.Append("# TYPE ");
  out.Append(identity.name);
  out.Append(" ");
  out.Append(identity.type_name);
  out.Append("\n");
  if (help.empty()) return;
  out.Append("# HELP ");
  out.Append(identity.name);
  out.Append(" ");
  out.AppendEscaped(help, true);
  out.Append("\n");
}

}  // namespace

void EncodeOpenMetrics(std::span<const FamilyView> families, std::string& text) {
  TextWriter out(text);
  for (const FamilyView& family : families) {
    const Identity identity = Identify(families, family);
    AppendHead(identity, family.help, out);
    const SampleStyle style{
        .float_bounds = true, .second_stamps = true, .counter = identity.counter_suffix};
    for (const auto* metric : family.metrics) {
      AppendMetric(identity.name, family.type, *metric, style, out);
    }
  }
  out.Append("# EOF\n");
}

}  // namespace hostpulse
