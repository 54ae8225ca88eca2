#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "push/labels.h"

namespace hostpulse::push {

enum class RelabelAction {
  kReplace,
  kKeep,
  kDrop,
  kKeepEqual,
  kDropEqual,
  kHashMod,
  kLabelMap,
  kLabelDrop,
  kLabelKeep,
  kLowercase,
  kUppercase,
};

// "replace", "keep", ... in any case. Errors: kInvalid with the list of what is accepted.
Result<RelabelAction> ParseRelabelAction(std::string_view text);

// One rule of write_relabel_configs, with Prometheus' meaning and defaults.
struct RelabelConfig {
  std::vector<std::string> source_labels;
  std::string separator = ";";
  std::string target_label;
  std::string regex = "(.*)";  // RE2, anchored at both ends.
  std::uint64_t modulus = 0;
  std::string replacement = "$1";
  RelabelAction action = RelabelAction::kReplace;

  bool operator==(const RelabelConfig&) const = default;
};

// Rules, compiled. Apply is const and thread safe.
class Relabeler {
 public:
  // Errors: kInvalid; the message names the rule by its number from 0 and the key.
  static Result<Relabeler> Compile(const std::vector<RelabelConfig>& configs);
  Relabeler();
  Relabeler(Relabeler&&) noexcept;
  Relabeler& operator=(Relabeler&&) noexcept;
  ~Relabeler();

  // Rewrites the labels of a series. False: the series is not for this destination.
  bool Apply(LabelSet& labels) const;

 private:
  struct Rule;
  std::vector<Rule> rules_;
};

}  // namespace hostpulse::push
