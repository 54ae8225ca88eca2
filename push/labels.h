#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hostpulse::push {

inline constexpr std::string_view kNameLabel = "__name__";

struct Label {
  std::string name;
  std::string value;

  auto operator<=>(const Label&) const =
      default;  // NOLINT(modernize-use-nullptr): takes 0 in the generated code for ours.
};

// Everything that identifies a series, its name as __name__ included: sorted bytewise by name, no
// name twice, no empty value, valid UTF-8.
using LabelSet = std::vector<Label>;

// The value of the label, empty where there is none.
std::string_view LabelValue(const LabelSet& labels, std::string_view name);

// Sorts, and drops labels with empty values; of two with the same name the first one stays.
void NormaliseLabels(LabelSet& labels);

// Fine, or kInvalid with what a label name must look like.
Status CheckLabelName(std::string_view name);

}  // namespace hostpulse::push
