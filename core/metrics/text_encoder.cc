#include "core/metrics/text_encoder.h"

#include "core/metrics/sample_text.h"
#include "core/metrics/text_template.h"
#include "core/metrics/text_writer.h"

namespace hostpulse {

void EncodeText(std::span<const FamilyView> families, std::string& text) {
  TextWriter out(text);
  const SampleStyle style;
  for (const FamilyView& family : families) {
    if (family.text != nullptr) {
      family.text->Append(family.metrics, out);
      continue;
    }
    AppendTextHead(family, out);
    for (const auto* metric : family.metrics) {
      AppendMetric(family.name, family.type, *metric, style, out);
    }
  }
}

}  // namespace hostpulse
