#include "core/metrics/openmetrics_encoder.h"

#include <algorithm>

#include "core/metrics/sample_text.h"
#include "core/metrics/text_writer.h"

namespace hostpulse {
namespace {

constexpr std::string_view kTotal = "_total";

// How a family is called and typed in OpenMetrics.
struct Identity {
  std::string_view name;
  std::string_view type_name;
  std::string_view counter_suffix;
};

bool IsThere(std::span<const FamilyView> families, std::string_view name) {
  const auto found = std::lower_bound(
      families.begin(), families.end(), name,
      [](const FamilyView& family, std::string_view wanted) { return family.name < wanted; });
  return found != families.end() && found->name == name;
}

Identity Identify(std::span<const FamilyView> families, const FamilyView& family) {
  switch (family.type) {
    case prometheus::MetricType::Counter:
      if (family.name.ends_with(kTotal)) {
        const auto base = family.name.substr(0, family.name.size() - kTotal.size());
        if (!base.empty() && !IsThere(families, base)) return {base, "counter", kTotal};
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
  out.Append(' ');
  out.Append(identity.type_name);
  out.Append('\n');
  if (help.empty()) return;
  out.Append("# HELP ");
  out.Append(identity.name);
  out.Append(' ');
  out.AppendEscaped(help, true);
  out.Append('\n');
}

}  // namespace

void EncodeOpenMetrics(std::span<const FamilyView> families, std::string& text) {
  TextWriter out(text);
  for (const FamilyView& family : families) {
    const Identity identity = Identify(families, family);
    AppendHead(identity, family.help, out);
    const SampleStyle style{
        .float_labels = true, .second_stamps = true, .counter = identity.counter_suffix};
    for (const auto* metric : family.metrics) {
      AppendMetric(identity.name, family.type, *metric, style, out);
    }
  }
  out.Append("# EOF\n");
}

}  // namespace hostpulse
