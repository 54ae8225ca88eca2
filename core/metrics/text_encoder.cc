#include "core/metrics/text_encoder.h"

#include "core/metrics/metric_desc.h"
#include "core/metrics/sample_text.h"
#include "core/metrics/text_writer.h"

namespace hostpulse {
namespace {

void AppendHead(const FamilyView& family, TextWriter& out) {
  if (!family.help.empty()) {
    out.Append("# HELP ");
    out.Append(family.name);
    out.Append(" ");
    out.AppendEscaped(family.help, false);
    out.Append("\n");
  }
  out.Append("# TYPE ");
  out.Append(family.name);
  out.Append(" ");
  out.Append(TypeName(family.type));
  out.Append("\n");
}

}  // namespace

void EncodeText(std::span<const FamilyView> families, std::string& text) {
  TextWriter out(text);
  const SampleStyle style;
  for (const FamilyView& family : families) {
    AppendHead(family, out);
    for (const auto* metric : family.metrics) {
      AppendMetric(family.name, family.type, *metric, style, out);
    }
  }
}

}  // namespace hostpulse
