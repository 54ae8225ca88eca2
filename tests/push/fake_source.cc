#include "tests/push/fake_source.h"

#include <array>

namespace hostpulse::push::test {

void FakeSource::Set(std::string_view family, std::vector<LabelView> labels, double value) {
  Labels copies;
  for (const LabelView& label : labels) copies.emplace_back(label.name, label.value);
  const std::lock_guard lock(mutex_);
  gauges_[std::string(family)][copies] = value;
}

void FakeSource::Remove(std::string_view family) {
  const std::lock_guard lock(mutex_);
  gauges_.erase(std::string(family));
}

void FakeSource::Fail(Status status) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(status);
}

Status FakeSource::Gather(const GatherFilter&, FamilyVisitor visit) {
  const std::lock_guard lock(mutex_);
  if (!failure_.ok()) return failure_;
  batch_.Begin();
  for (const auto& [name, samples] : gauges_) {
    FamilyBuilder& family = batch_.Family(name, "Set by a test.", kGauge);
    for (const auto& [labels, value] : samples) {
      std::array<LabelView, 8> views{};
      std::size_t count = 0;
      for (const auto& [label, text] : labels) views.at(count++) = {label, text};
      family.Add(std::span<const LabelView>(views.data(), count), value);
    }
  }
  batch_.Finish();
  visit(batch_.families());
  return {};
}

}  // namespace hostpulse::push::test
