// Values of chosen sysctls, from /proc/sys/.

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "collectors/decimal.h"
#include "collectors/kernel/scanner.h"
#include "collectors/sysctl_spec.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kInclude = "collector.sysctl.include";
constexpr std::string_view kIncludeInfo = "collector.sysctl.include-info";
constexpr std::array<FlagSpec, 2> kFlags = {{
    {.name = kInclude,
     .help = "A numeric sysctl: name, or name:key1,key2 for several.",
     .repeatable = true},
    {.name = kIncludeInfo, .help = "A sysctl whose text becomes a label.", .repeatable = true},
}};

constexpr MetricDesc kInfo = {"node_sysctl_info", kGauge, "index,name,value", "",
                              "1 for each value of a sysctl chosen as text."};
constexpr MetricDesc kValue = {"node_sysctl_<key_with_underscores>", kUntyped, "", "",
                               "The value of a chosen sysctl."};
constexpr MetricDesc kElement = {"node_sysctl_<key_with_underscores>", kUntyped, "index", "",
                                 "A value of a chosen sysctl that has several."};
constexpr std::array<MetricDesc, 3> kMetrics = {kInfo, kValue, kElement};

class Sysctl {
 public:
  Sysctl(SysctlSpec spec, const CollectorContext& context)
      : spec_(std::move(spec)),
        // Not an attribute: the buffer of one is so small that a list would be cut off, for which
        // the kernel gives no second part.
        file_(context.paths.Proc("sys/" + spec_.path), context.descriptors) {}

  Status AddTo(MetricBatch& out) {
    if (Status status = Read(); !status) return status;
    if (spec_.metrics.empty()) {
      AddInfo(out);
      return {};
    }
    if (Status status = ParseNumbers(); !status) return status;
    if (spec_.with_keys) return AddMapped(out);
    AddValues(out);
    return {};
  }

 private:
  // Takes the file apart at white space, lines too.
  Status Read() {
    const auto text = file_.Read();
    if (!text) return text.status();
    values_.clear();
    kernel::LineScanner lines(*text);
    for (std::string_view line; lines.Next(line);) {
      kernel::FieldScanner fields(line);
      for (auto field = fields.Next(); !field.empty(); field = fields.Next()) {
        values_.push_back(field);
      }
    }
    if (values_.empty()) return {ErrorCode::kParse, file_.path() + ": has no value"};
    return {};
  }

  Status ParseNumbers() {
    numbers_.clear();
    for (const std::string_view value : values_) {
      const auto number = ParseSysctlNumber(value);
      if (!number) return kernel::ParseError(file_.path(), "number", value);
      numbers_.push_back(*number);
    }
    return {};
  }

  void AddInfo(MetricBatch& out) const {
    FamilyBuilder& info = out.Family(kInfo);
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const Decimal index(i);
      info.Add({{"index", index.text()}, {"name", spec_.name}, {"value", values_[i]}}, 1);
    }
  }

  void AddValues(MetricBatch& out) const {
    if (numbers_.size() == 1) {
      out.Family(spec_.metrics[0], kValue.help, kValue.type).Add(numbers_[0]);
      return;
    }
    FamilyBuilder& list = out.Family(spec_.metrics[0], kElement.help, kElement.type);
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      list.Add({{"index", Decimal(i).text()}}, numbers_[i]);
    }
  }

  Status AddMapped(MetricBatch& out) const {
    if (numbers_.size() != spec_.metrics.size()) {
      return {ErrorCode::kParse, file_.path() + ": has " + std::to_string(numbers_.size()) +
                                     " values, but --" + std::string(kInclude) + " names " +
                                     std::to_string(spec_.metrics.size())};
    }
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      out.Family(spec_.metrics[i], kValue.help, kValue.type).Add(numbers_[i]);
    }
    return {};
  }

  SysctlSpec spec_;
  kernel::KernelFile file_;
  // Of this collection; kept for their storage only.
  std::vector<std::string_view> values_;
  std::vector<double> numbers_;
};

class SysctlCollector final : public Collector {
 public:
  explicit SysctlCollector(std::vector<Sysctl> sysctls) : sysctls_(std::move(sysctls)) {}

  // One that fails does not keep the others from being reported; the first failure is the error.
  Status Collect(MetricBatch& out) override {
    Status status;
    for (Sysctl& sysctl : sysctls_) {
      Status of_sysctl = sysctl.AddTo(out);
      if (status.ok()) status = std::move(of_sysctl);
    }
    return status;
  }

 private:
  std::vector<Sysctl> sysctls_;
};

using SpecParser = Result<SysctlSpec> (*)(std::string_view text);

Status AddSysctls(std::string_view flag, SpecParser parse, const CollectorContext& context,
                  std::vector<Sysctl>& sysctls) {
  for (const std::string& text : context.flags.Strings(flag)) {
    Result<SysctlSpec> spec = parse(text);
    if (!spec) return std::move(spec).status().WithContext("--" + std::string(flag));
    sysctls.emplace_back(std::move(*spec), context);
  }
  return {};
}

Result<std::unique_ptr<Collector>> MakeSysctl(const CollectorContext& context) {
  std::vector<Sysctl> sysctls;
  Status status = AddSysctls(kInclude, ParseSysctlSpec, context, sysctls);
  if (status.ok()) status = AddSysctls(kIncludeInfo, ParseSysctlInfoSpec, context, sysctls);
  if (!status) return status;
  return std::unique_ptr<Collector>(std::make_unique<SysctlCollector>(std::move(sysctls)));
}

}  // namespace

extern constinit const CollectorSpec kSysctlCollector = {
    .name = "sysctl",
    .on_by_default = false,
    .help = "Values of chosen sysctls (/proc/sys).",
    .make = MakeSysctl,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
