#include "core/metrics/text_encoder.h"

#include "core/metrics/number_text.h"
#include "core/metrics/sample_text.h"

namespace hostpulse {
namespace {

std::string_view TypeName(prometheus::MetricType type) {
  switch (type) {
    case prometheus::MetricType::Counter:
      return "counter";
    case prometheus::MetricType::Gauge:
      return "gauge";
    case prometheus::MetricType::Histogram:
      return "histogram";
    case prometheus::MetricType::Summary:
      return "summary";
    case prometheus::MetricType::Untyped:
      break;
  }
  return "untyped";
}

void AppendHead(const FamilyView& family, std::string& out) {
  if (!family.help.empty()) {
    out.append("# HELP ").append(family.name).append(" ");
    AppendEscaped(family.help, false, out);
    out += '\n';
  }
  out.append("# TYPE ").append(family.name).append(" ").append(TypeName(family.type));
  out += '\n';
}

}  // namespace

void EncodeText(std::span<const FamilyView> families, std::string& out) {
  const SampleStyle style;
  for (const FamilyView& family : families) {
    AppendHead(family, out);
    for (const auto* metric : family.metrics) {
      AppendMetric(family.name, family.type, *metric, style, out);
    }
  }
}

}  // namespace hostpulse
