// Interrupts by CPU and source, from /proc/interrupts.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"
#include "collectors/cpu_columns.h"
#include "collectors/device_filter.h"
#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kInclude = "collector.interrupts.name-include";
constexpr std::string_view kExclude = "collector.interrupts.name-exclude";
constexpr std::string_view kIncludeZeros = "collector.interrupts.include-zeros";

constexpr std::array<FlagSpec, 3> kFlags = {{
    {.name = kInclude,
     .type = FlagType::kRegex,
     .help = "Interrupts to report, matched against \"type;info;devices\"."},
    {.name = kExclude,
     .type = FlagType::kRegex,
     .help = "Interrupts to leave out, matched against \"type;info;devices\"."},
    {.name = kIncludeZeros,
     .type = FlagType::kBool,
     .default_value = "true",
     .help = "Report interrupts that never came."},
}};

constexpr std::array<MetricDesc, 1> kMetrics = {{
    {"node_interrupts_total", kCounter, "cpu,devices,info,type", "interrupts",
     "Interrupts that the CPU has handled."},
}};

// What a line says of its interrupt behind the counts, as labels; keeps its storage.
class Description {
 public:
  // The first word of a numbered interrupt is its chip and the rest its trigger and devices; of the
  // others, all words are what it means.
  void Assign(std::string_view type, std::string_view words) {
    text_.assign(type).append(";");
    info_ = text_.size();
    kernel::FieldScanner fields(words);
    if (kernel::ParseNumber<int>(type)) {
      text_.append(fields.Next());
    } else {
      AppendAll(fields);
    }
    text_.append(";");
    devices_ = text_.size();
    AppendAll(fields);
  }

  // "type;info;devices": what the filters are matched against.
  std::string_view text() const { return text_; }
  std::string_view info() const { return text().substr(info_, devices_ - 1 - info_); }
  std::string_view devices() const { return text().substr(devices_); }

 private:
  void AppendAll(kernel::FieldScanner& fields) {
    const std::size_t start = text_.size();
    for (auto field = fields.Next(); !field.empty(); field = fields.Next()) {
      if (text_.size() > start) text_ += ' ';
      text_.append(field);
    }
  }

  std::string text_;
  std::size_t info_ = 0;
  std::size_t devices_ = 0;
};

class InterruptsCollector final : public Collector {
 public:
  explicit InterruptsCollector(const CollectorContext& context)
      : file_(context.paths.Proc("interrupts"), context.descriptors),
        wants_(context.flags.String(kInclude), context.flags.String(kExclude)),
        with_zeros_(context.flags.Bool(kIncludeZeros)) {}

  Status Collect(MetricBatch& out) override {
    const auto text = file_.Read();
    if (!text) return text.status();

    kernel::LineScanner lines(*text);
    std::string_view line;
    // Only online CPUs have a column, so that the heading alone tells which ones they are.
    if (!lines.Next(line) || !ReadCpuColumns(line, cpus_)) {
      return kernel::ParseError(file_.path(), "heading", line);
    }
    FamilyBuilder& total = out.Family(kMetrics[0]);
    while (lines.Next(line)) {
      if (Status status = AddLine(line, total); !status) return status;
    }
    return {};
  }

 private:
  Status AddLine(std::string_view line, FamilyBuilder& total) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return {};
    const std::string_view type = kernel::Trim(line.substr(0, colon));
    kernel::FieldScanner fields(line.substr(colon + 1));
    counts_.resize(cpus_.size());
    for (std::string_view& count : counts_) count = fields.Next();
    // ERR and MIS have one count for all CPUs and no description.
    if (kernel::Trim(fields.rest()).empty()) return {};
    description_.Assign(type, fields.rest());
    if (!wants_(description_.text())) return {};

    for (std::size_t i = 0; i < cpus_.size(); ++i) {
      const auto count = kernel::ParseNumber<std::uint64_t>(counts_[i]);
      if (!count) return kernel::ParseError(file_.path(), counts_[i], line);
      if (*count == 0 && !with_zeros_) continue;
      total.Add({{"cpu", cpus_[i]},
                 {"devices", description_.devices()},
                 {"info", description_.info()},
                 {"type", type}},
                static_cast<double>(*count));
    }
    return {};
  }

  kernel::KernelFile file_;
  const DeviceFilter wants_;
  const bool with_zeros_;
  // Kept for their storage only.
  std::vector<std::string_view> cpus_;
  std::vector<std::string_view> counts_;
  Description description_;
};

Result<std::unique_ptr<Collector>> MakeInterrupts(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<InterruptsCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kInterruptsCollector = {
    .name = "interrupts",
    .on_by_default = false,
    .help = "Interrupts by CPU and source (/proc/interrupts).",
    .make = MakeInterrupts,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
