#include "exporter/config/flag_table.h"

#include <algorithm>
#include <utility>

namespace hostpulse::config {
namespace {

using collectors::CollectorSpec;
using collectors::FlagSpec;
using collectors::FlagType;

Flag SwitchOf(const CollectorSpec& spec) {
  Flag flag;
  flag.name = "collector." + std::string(spec.name);
  flag.type = FlagType::kBool;
  flag.default_value = spec.on_by_default ? "true" : "false";
  flag.help = std::string(spec.help);
  flag.section = Section::kCollectors;
  flag.spec = &spec;
  return flag;
}

Flag FlagOf(const CollectorSpec& spec, const FlagSpec& declared) {
  Flag flag;
  flag.name = std::string(declared.name);
  flag.type = declared.type;
  flag.default_value = std::string(declared.default_value);
  flag.help = std::string(declared.help);
  flag.section = Section::kCollectorFlags;
  flag.repeatable = declared.repeatable;
  flag.hidden = declared.hidden;
  flag.env = std::string(declared.env);
  flag.alias_of = std::string(declared.alias_of);
  flag.spec = &spec;
  return flag;
}

// "--name: reason" -> "reason"; "--name=value: reason" -> "\"value\": reason". Whoever reports it
// says where the value stood, which may be a file.
std::string WithoutFlag(std::string_view message, std::string_view name, std::string_view value) {
  const std::string flag = "--" + std::string(name);
  const std::string with_value = flag + "=" + std::string(value);
  if (message.starts_with(with_value)) {
    std::string text = "\"" + std::string(value) + "\"";
    return text.append(message.substr(with_value.size()));
  }
  if (message.starts_with(flag + ": ")) message.remove_prefix(flag.size() + 2);
  return std::string(message);
}

}  // namespace

Status Flag::Check(std::string_view value) const {
  FlagSpec as_spec;
  as_spec.name = name;
  as_spec.type = type;
  if (const Status status = collectors::CheckFlagValue(as_spec, value); !status) {
    return {status.code(), WithoutFlag(status.message(), name, value)};
  }
  return check == nullptr ? Status() : check(value);
}

std::string FileKeyOf(const Flag& flag) {
  if (flag.spec == nullptr || !flag.alias_of.empty()) return flag.file_key;
  std::string collector = "collectors." + std::string(flag.spec->name);
  if (flag.section == Section::kCollectors) return collector;
  // "collector.netclass_rtnl.with-stats" is netclass: {with-stats: ...}.
  return collector + flag.name.substr(flag.name.find('.', std::string_view("collector.").size()));
}

FlagTable::FlagTable() : flags_(ProgramFlags()) {
  for (const CollectorSpec* spec : collectors::CollectorTable()) {
    flags_.push_back(SwitchOf(*spec));
    for (const FlagSpec& declared : spec->flags) flags_.push_back(FlagOf(*spec, declared));
  }
  std::ranges::sort(flags_, {}, &Flag::name);
}

const Flag* FlagTable::Find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(flags_, name, {}, &Flag::name);
  return found == flags_.end() || found->name != name ? nullptr : &*found;
}

const Flag* FlagTable::FindByFileKey(std::string_view key) const {
  const auto found = std::ranges::find(flags_, key, &Flag::file_key);
  return key.empty() || found == flags_.end() ? nullptr : &*found;
}

std::vector<std::string> FlagTable::Names() const {
  std::vector<std::string> names;
  for (const Flag& flag : flags_) {
    if (!flag.hidden) names.push_back("--" + flag.name);
  }
  return names;
}

}  // namespace hostpulse::config
