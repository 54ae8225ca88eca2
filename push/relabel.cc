#include "push/relabel.h"

#include <openssl/evp.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace hostpulse::push {
namespace {

struct NamedAction {
  std::string_view name;
  RelabelAction action;
};

constexpr std::array<NamedAction, 11> kActions = {{{"replace", RelabelAction::kReplace},
                                                   {"keep", RelabelAction::kKeep},
                                                   {"drop", RelabelAction::kDrop},
                                                   {"keepequal", RelabelAction::kKeepEqual},
                                                   {"dropequal", RelabelAction::kDropEqual},
                                                   {"hashmod", RelabelAction::kHashMod},
                                                   {"labelmap", RelabelAction::kLabelMap},
                                                   {"labeldrop", RelabelAction::kLabelDrop},
                                                   {"labelkeep", RelabelAction::kLabelKeep},
                                                   {"lowercase", RelabelAction::kLowercase},
                                                   {"uppercase", RelabelAction::kUppercase}}};

bool NeedsTarget(RelabelAction action) {
  return action == RelabelAction::kReplace || action == RelabelAction::kHashMod ||
         action == RelabelAction::kLowercase || action == RelabelAction::kUppercase ||
         action == RelabelAction::kKeepEqual || action == RelabelAction::kDropEqual;
}

std::string ToLower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return text;
}

std::string ToUpper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  }
  return text;
}

// Prometheus takes the last 8 of the 16 bytes of the MD5 sum, as a big-endian number.
std::uint64_t HashOf(std::string_view text) {
  std::array<unsigned char, 16> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_md5(), nullptr);
  std::uint64_t hash = 0;
  for (std::size_t i = 8; i < digest.size(); ++i) hash = hash << 8 | digest[i];
  return hash;
}

// Also takes the value away: a label without value is none.
void SetLabel(LabelSet& labels, std::string_view name, std::string value) {
  std::erase_if(labels, [&](const Label& label) { return label.name == name; });
  if (!value.empty()) labels.push_back({std::string(name), std::move(value)});
}

bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

struct Relabeler::Rule {
  RelabelConfig config;
  std::unique_ptr<re2::RE2> regex;

  // What the groups of a match are; element 0 is the whole.
  using Groups = std::vector<re2::StringPiece>;

  std::optional<Groups> Match(std::string_view text) const {
    Groups groups(static_cast<std::size_t>(regex->NumberOfCapturingGroups()) + 1);
    const re2::StringPiece piece(text.data(), text.size());
    if (!regex->Match(piece, 0, text.size(), re2::RE2::ANCHOR_BOTH, groups.data(),
                      static_cast<int>(groups.size()))) {
      return std::nullopt;
    }
    return groups;
  }

  bool Matches(std::string_view text) const { return Match(text).has_value(); }

  std::string Source(const LabelSet& labels) const {
    std::string source;
    for (std::size_t i = 0; i < config.source_labels.size(); ++i) {
      if (i > 0) source += config.separator;
      source += LabelValue(labels, config.source_labels[i]);
    }
    return source;
  }

  std::string GroupText(std::string_view reference, const Groups& groups) const;
  std::string Expand(std::string_view pattern, const Groups& groups) const;
  void Replace(const std::string& source, LabelSet& labels) const;
  void MapNames(LabelSet& labels) const;
  bool Apply(LabelSet& labels) const;
};

// The text of group "1" or "name"; empty where the pattern has no such group.
std::string Relabeler::Rule::GroupText(std::string_view reference, const Groups& groups) const {
  std::size_t index = groups.size();
  const bool number =
      std::all_of(reference.begin(), reference.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (number && reference.size() < 6) {
    index = static_cast<std::size_t>(std::stoul(std::string(reference)));
  } else if (const auto& names = regex->NamedCapturingGroups();
             names.contains(std::string(reference))) {
    index = static_cast<std::size_t>(names.at(std::string(reference)));
  }
  return index < groups.size() ? std::string(groups[index].data(), groups[index].size()) : "";
}

// Go's Regexp.Expand: $1, $name, ${1}, ${name}, and $$ for one dollar.
std::string Relabeler::Rule::Expand(std::string_view pattern, const Groups& groups) const {
  std::string out;
  while (!pattern.empty()) {
    const std::size_t dollar = pattern.find('$');
    out += pattern.substr(0, dollar);
    if (dollar == pattern.npos) return out;
    pattern.remove_prefix(dollar + 1);
    if (!pattern.empty() && pattern.front() == '$') {
      out += '$';
      pattern.remove_prefix(1);
      continue;
    }
    const bool braced = !pattern.empty() && pattern.front() == '{';
    const std::string_view rest = pattern.substr(braced ? 1 : 0);
    std::size_t length = 0;
    while (length < rest.size() && IsWord(rest[length])) ++length;
    if (length == 0 || (braced && (length == rest.size() || rest[length] != '}'))) {
      out += '$';  // Not a reference: the dollar stands for itself.
      continue;
    }
    out += GroupText(rest.substr(0, length), groups);
    pattern = rest.substr(length + (braced ? 1 : 0));
  }
  return out;
}

void Relabeler::Rule::Replace(const std::string& source, LabelSet& labels) const {
  const std::optional<Groups> groups = Match(source);
  if (!groups) return;
  const std::string target = Expand(config.target_label, *groups);
  if (!CheckLabelName(target).ok()) return;
  SetLabel(labels, target, Expand(config.replacement, *groups));
}

void Relabeler::Rule::MapNames(LabelSet& labels) const {
  const LabelSet before = labels;
  for (const Label& label : before) {
    const std::optional<Groups> groups = Match(label.name);
    if (groups) SetLabel(labels, Expand(config.replacement, *groups), label.value);
  }
}

bool Relabeler::Rule::Apply(LabelSet& labels) const {
  const std::string source = Source(labels);
  switch (config.action) {
    case RelabelAction::kKeep:
      return Matches(source);
    case RelabelAction::kDrop:
      return !Matches(source);
    case RelabelAction::kKeepEqual:
      return LabelValue(labels, config.target_label) == source;
    case RelabelAction::kDropEqual:
      return LabelValue(labels, config.target_label) != source;
    case RelabelAction::kReplace:
      Replace(source, labels);
      break;
    case RelabelAction::kHashMod:
      SetLabel(labels, config.target_label, std::to_string(HashOf(source) % config.modulus));
      break;
    case RelabelAction::kLowercase:
      SetLabel(labels, config.target_label, ToLower(source));
      break;
    case RelabelAction::kUppercase:
      SetLabel(labels, config.target_label, ToUpper(source));
      break;
    case RelabelAction::kLabelMap:
      MapNames(labels);
      break;
    case RelabelAction::kLabelDrop:
      std::erase_if(labels, [&](const Label& label) { return Matches(label.name); });
      break;
    case RelabelAction::kLabelKeep:
      std::erase_if(labels, [&](const Label& label) { return !Matches(label.name); });
      break;
  }
  return true;
}

namespace {

Status Wrong(std::size_t rule, std::string_view key, std::string_view what) {
  return {ErrorCode::kInvalid,
          "rule " + std::to_string(rule) + ": " + std::string(key) + ": " + std::string(what)};
}

Status CheckRule(std::size_t i, const RelabelConfig& config) {
  const RelabelAction action = config.action;
  for (const std::string& source : config.source_labels) {
    if (const Status status = CheckLabelName(source); !status.ok()) {
      return Wrong(i, "source_labels", status.message());
    }
  }
  if (NeedsTarget(action) && config.target_label.empty()) {
    return Wrong(i, "target_label", "this action needs one");
  }
  // That of `replace` may be made from the match, and is checked when it is.
  if (NeedsTarget(action) && action != RelabelAction::kReplace) {
    const Status status = CheckLabelName(config.target_label);
    if (!status.ok()) return Wrong(i, "target_label", status.message());
  }
  if (action == RelabelAction::kHashMod && config.modulus == 0) {
    return Wrong(i, "modulus", "hashmod needs one above 0");
  }
  return {};
}

}  // namespace

Result<RelabelAction> ParseRelabelAction(std::string_view text) {
  const std::string lower = ToLower(std::string(text));
  std::string accepted;
  for (const NamedAction& known : kActions) {
    if (known.name == lower) return known.action;
    accepted.append(accepted.empty() ? "" : ", ").append(known.name);
  }
  return {ErrorCode::kInvalid,
          "unknown action \"" + std::string(text) + "\": wanted one of " + accepted};
}

Relabeler::Relabeler() = default;
Relabeler::Relabeler(Relabeler&&) noexcept = default;
Relabeler& Relabeler::operator=(Relabeler&&) noexcept = default;
Relabeler::~Relabeler() = default;

Result<Relabeler> Relabeler::Compile(const std::vector<RelabelConfig>& configs) {
  Relabeler relabeler;
  for (std::size_t i = 0; i < configs.size(); ++i) {
    if (Status status = CheckRule(i, configs[i]); !status.ok()) return status;
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_dot_nl(true);  // As Prometheus compiles them: (?s).
    auto regex = std::make_unique<re2::RE2>(configs[i].regex, options);
    if (!regex->ok()) return Wrong(i, "regex", regex->error());
    relabeler.rules_.push_back({configs[i], std::move(regex)});
  }
  return relabeler;
}

bool Relabeler::Apply(LabelSet& labels) const {
  for (const Rule& rule : rules_) {
    if (!rule.Apply(labels)) return false;
  }
  NormaliseLabels(labels);
  return !labels.empty();
}

}  // namespace hostpulse::push
