// Counters of the memory management whose names match a pattern, from /proc/vmstat.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "collectors/collector.h"
#include "collectors/device_filter.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kFieldsFlag = "collector.vmstat.fields";
constexpr std::array<FlagSpec, 1> kFlags = {{
    {.name = kFieldsFlag,
     .type = FlagType::kRegex,
     .default_value = "^(oom_kill|pgpg|pswp|pg.*fault).*",
     .help = "Fields of /proc/vmstat to report."},
}};

constexpr std::array<MetricDesc, 1> kMetrics = {{
    {"node_vmstat_<field>", kUntyped, "", "", "A field of /proc/vmstat."},
}};
constexpr std::string_view kPrefix = "node_vmstat_";

class VmstatCollector final : public Collector {
 public:
  explicit VmstatCollector(const CollectorContext& context)
      : file_(context.paths.Proc("vmstat"), context.descriptors),
        wanted_(context.flags.String(kFieldsFlag)) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();

    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      const std::size_t blank = line.find(' ');
      const Line& known = Know(static_cast<std::size_t>(lines.number()) - 1, line.substr(0, blank));
      if (known.metric.empty()) continue;
      const std::string_view number = blank == line.npos ? "" : kernel::Trim(line.substr(blank));
      const auto value = kernel::ParseDouble(number);
      if (!value) return kernel::ParseError(file_.path(), known.field, line);
      out.Family(known.metric, kMetrics[0].help, kUntyped).Add(*value);
    }
    return {};
  }

 private:
  struct Line {
    std::string field;
    std::string metric;  // Empty where the field is not wanted.
  };

  // The lines of the running kernel hardly ever change, so the pattern is asked once for each.
  const Line& Know(std::size_t index, std::string_view field) {
    if (index >= lines_.size()) lines_.resize(index + 1);
    Line& line = lines_[index];
    if (line.field != field || field.empty()) {
      line.field = field;
      line.metric.clear();
      if (!field.empty() && wanted_.Matches(field)) line.metric = MetricName(field);
    }
    return line;
  }

  static std::string MetricName(std::string_view field) {
    std::string name(kPrefix);
    for (const char c : field) {
      const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      name += fits ? c : '_';
    }
    return name;
  }

  kernel::KernelFile file_;
  const Pattern wanted_;
  std::vector<Line> lines_;
};

Result<std::unique_ptr<Collector>> MakeVmstat(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<VmstatCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kVmstatCollector = {
    .name = "vmstat",
    .help = "Counters of the memory management (/proc/vmstat).",
    .make = MakeVmstat,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
