#include "core/metrics/text_template.h"

#include "core/metrics/metric_desc.h"
#include "core/metrics/metric_source.h"
#include "core/metrics/sample_text.h"

namespace hostpulse {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

double ValueOf(MetricType type, const ClientMetric& metric) {
  if (type == MetricType::Counter) return metric.counter.value;
  return type == MetricType::Gauge ? metric.gauge.value : metric.untyped.value;
}

}  // namespace

void AppendTextHead(const FamilyView& family, TextWriter& out) {
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

void TextTemplate::Write(const FamilyView& family, std::string& text) {
  constexpr std::size_t kPiece = 256;  // Most are no longer than a few of these.
  TextWriter out(text, kPiece);
  AppendTextHead(family, out);
  for (const ClientMetric* metric : family.metrics) {
    AppendSeries(family.name, *metric, out);
    out.Append(" ");
    ends_.push_back(static_cast<std::uint32_t>(out.size()));
  }
}

void TextTemplate::Make(const FamilyView& family, std::string& scratch) {
  ends_.clear();
  type_ = family.type;
  if (type_ == MetricType::Histogram || type_ == MetricType::Summary) return;
  // Not in place: a writer needs more room than the text takes, and this is kept for every family.
  Write(family, scratch);
  text_.assign(scratch);
}

void TextTemplate::Append(std::span<const ClientMetric* const> metrics, TextWriter& out) const {
  // For a value, a timestamp, a space between them and the newline.
  constexpr std::size_t kRoom = 2 * kNumberRoom + 2;
  const char* from = text_.data();
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const char* const end = text_.data() + ends_[i];
    const std::string_view fixed(from, static_cast<std::size_t>(end - from));
    char* to = Put(out.Reserve(fixed.size() + kRoom), fixed);
    from = end;
    to = PutNumber(to, ValueOf(type_, *metrics[i]));
    if (metrics[i]->timestamp_ms != 0) {
      *to++ = ' ';
      to = PutNumber(to, static_cast<double>(metrics[i]->timestamp_ms));
    }
    *to++ = '\n';
    out.Commit(to);
  }
}

}  // namespace hostpulse
