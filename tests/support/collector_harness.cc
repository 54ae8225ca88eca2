#include "tests/support/collector_harness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "collectors/kernel/scanner.h"
#include "core/metrics/text_encoder.h"
#include "tests/support/alloc_counter.h"

namespace hostpulse {
namespace {

using collectors::CollectorSpec;
using collectors::FlagSpec;

const FlagSpec* FindFlag(std::string_view name) {
  for (const CollectorSpec* spec : collectors::CollectorTable()) {
    for (const FlagSpec& flag : spec->flags) {
      if (flag.name == name) return &flag;
    }
  }
  return nullptr;
}

// "node_vmstat_<field>" describes every name with something in the place of <field>.
bool Describes(std::string_view pattern, std::string_view name) {
  const std::size_t open = pattern.find('<');
  if (open == pattern.npos) return pattern == name;
  const std::string_view tail = pattern.substr(pattern.rfind('>') + 1);
  const std::string_view head = pattern.substr(0, open);
  return name.size() > head.size() + tail.size() && name.starts_with(head) && name.ends_with(tail);
}

std::string LabelNames(const prometheus::ClientMetric& metric) {
  std::string names;
  for (const auto& label : metric.label) names += (names.empty() ? "" : ",") + label.name;
  return names;
}

// Whether a sample has the labels that `desc` promises. Some of an info metric may be missing.
bool HasLabels(const MetricDesc& desc, const prometheus::ClientMetric& metric) {
  if (!desc.name.ends_with("_info")) return desc.labels == LabelNames(metric);
  std::size_t at = 0;
  for (const auto& label : metric.label) {
    at = desc.labels.find(label.name, at);
    if (at == desc.labels.npos) return false;
  }
  return true;
}

}  // namespace

collectors::FlagValues FlagsWith(CollectorHarness::Flags given) {
  collectors::FlagValues values;
  for (const CollectorSpec* spec : collectors::CollectorTable()) {
    for (const FlagSpec& flag : spec->flags) {
      if (!flag.alias_of.empty()) continue;
      std::vector<std::string> value;
      if (!flag.repeatable) value.emplace_back(flag.default_value);
      values.Set(flag.name, std::move(value));
    }
  }
  std::map<std::string_view, std::vector<std::string>> by_name;
  for (const auto& [name, value] : given) by_name[name].emplace_back(value);
  for (auto& [name, texts] : by_name) {
    const FlagSpec* flag = FindFlag(name);
    if (flag == nullptr) {
      ADD_FAILURE() << "no collector has --" << name;
      continue;
    }
    for (const std::string& text : texts) {
      EXPECT_EQ(collectors::CheckFlagValue(*flag, text), Status());
    }
    values.Set(name, std::move(texts));
  }
  return values;
}

std::string SamplesOf(std::span<const FamilyView> families) {
  std::string exposition;
  EncodeText(families, exposition);
  std::string samples;
  kernel::LineScanner lines(exposition);
  for (std::string_view line; lines.Next(line);) {
    if (!line.starts_with('#')) samples.append(line).append("\n");
  }
  return samples;
}

CollectorHarness::CollectorHarness(std::string_view name, const HostTree& host, Flags flags)
    : CollectorHarness(collectors::FindCollector(name), name, host, flags) {}

CollectorHarness::CollectorHarness(const collectors::CollectorSpec& spec, const HostTree& host,
                                   Flags flags)
    : CollectorHarness(&spec, spec.name, host, flags) {}

CollectorHarness::CollectorHarness(const collectors::CollectorSpec* spec, std::string_view name,
                                   const HostTree& host, Flags flags)
    : spec_(spec),
      host_(host),
      flags_(FlagsWith(flags)),
      enabled_{std::string(name)},
      loggers_({.level = LogLevel::kDebug, .fd = log_.fd()}, clock_) {
  KeepDescriptors(512);
}

void CollectorHarness::KeepDescriptors(int count) {
  descriptors_ = std::make_unique<kernel::DescriptorBudget>(count);
}

void CollectorHarness::Enable(std::vector<std::string> names) {
  enabled_ = std::move(names);
}

bool CollectorHarness::Make() {
  if (collector_ != nullptr) return true;
  if (!factory_ && spec_ != nullptr && spec_->make != nullptr) factory_ = spec_->make;
  if (!factory_) {
    status_ = {ErrorCode::kInvalid, "the table has no such collector"};
    return false;
  }
  const std::string logger = "collector." + std::string(spec_->name);
  auto made = factory_({host_.paths(), flags_, *descriptors_, clock_, loggers_.Get(logger),
                        std::span<const std::string>(enabled_)});
  status_ = made.status();
  if (made) collector_ = std::move(made).value();
  return made.ok();
}

void CollectorHarness::Collect() {
  batch_.Begin();
  status_ = collector_->Collect(batch_);
  batch_.Finish();
}

std::string CollectorHarness::Run() {
  if (!Make()) return "";
  Collect();
  if (!any_family_) CheckAgainstRow();
  return SamplesOf(batch_.families());
}

std::uint64_t CollectorHarness::AllocationsOnceWarm() {
  if (!Make()) return 0;
  for (int i = 0; i < 3; ++i) Collect();
  const std::uint64_t before = test::AllocationsOfThisThread();
  Collect();
  return test::AllocationsOfThisThread() - before;
}

void CollectorHarness::CheckAgainstRow() const {
  for (const FamilyView& family : batch_.families()) {
    const auto described =
        std::find_if(spec_->metrics.begin(), spec_->metrics.end(), [&](const MetricDesc& desc) {
          return Describes(desc.name, family.name) && desc.type == family.type &&
                 HasLabels(desc, *family.metrics.front());
        });
    EXPECT_NE(described, spec_->metrics.end())
        << family.name << " with labels \"" << LabelNames(*family.metrics.front())
        << "\" is not described by the row of " << spec_->name;
  }
}

}  // namespace hostpulse
