#include "push/labels.h"

#include <algorithm>

namespace hostpulse::push {
namespace {

bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

}  // namespace

std::string_view LabelValue(const LabelSet& labels, std::string_view name) {
  for (const Label& label : labels) {
    if (label.name == name) return label.value;
  }
  return {};
}

void NormaliseLabels(LabelSet& labels) {
  std::erase_if(labels, [](const Label& label) { return label.value.empty(); });
  const auto by_name = [](const Label& a, const Label& b) { return a.name < b.name; };
  std::stable_sort(labels.begin(), labels.end(), by_name);
  const auto same = [](const Label& a, const Label& b) { return a.name == b.name; };
  labels.erase(std::unique(labels.begin(), labels.end(), same), labels.end());
}

Status CheckLabelName(std::string_view name) {
  const bool valid = !name.empty() && IsNameStart(name.front()) &&
                     std::all_of(name.begin(), name.end(),
                                 [](char c) { return IsNameStart(c) || (c >= '0' && c <= '9'); });
  if (valid) return {};
  return {ErrorCode::kInvalid, "\"" + std::string(name) +
                                   "\" is not a label name: wanted letters, digits and "
                                   "underscores, no digit in front"};
}

}  // namespace hostpulse::push
