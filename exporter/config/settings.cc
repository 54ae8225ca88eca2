#include "exporter/config/settings.h"

#include <array>
#include <utility>

namespace hostpulse::config {

GivenFlags FlagsOfCommandLine(const CommandLine& line) {
  GivenFlags given;
  for (const auto& [name, texts] : line.flags) given[name] = {texts, {}, "flag --" + name};
  return given;
}

GivenFlags FlagsOfEnvironment(const FlagTable& table, const Environment& environment) {
  GivenFlags given;
  for (const Flag& flag : table.flags()) {
    const char* text = flag.env.empty() ? nullptr : environment(flag.env.c_str());
    if (text != nullptr && *text != '\0') given[flag.name] = {{text}, {}, flag.env};
  }
  return given;
}

Settings::Settings(const FlagTable& table, const CommandLine& line, const Environment& environment,
                   GivenFlags file, Findings& findings)
    : table_(table), findings_(findings) {
  for (const Flag& flag : table.flags()) {
    Value& value = values_[flag.name];
    const bool none = flag.default_value.empty() && flag.repeatable;
    if (!none) value.texts = {flag.default_value};
  }
  // From the weakest to the strongest: each overwrites what came before.
  const std::array<GivenFlags, 3> sources = {
      std::move(file), FlagsOfEnvironment(table, environment), FlagsOfCommandLine(line)};
  for (const GivenFlags& source : sources) {
    for (const auto& [name, given] : source) {
      if (Check(*table.Find(name), given)) values_[name] = {given.texts, true};
    }
  }
  ResolveAliases();
}

const std::vector<std::string>& Settings::Texts(std::string_view flag) const {
  return values_.find(flag)->second.texts;
}

const std::string& Settings::Text(std::string_view flag) const {
  static const std::string kNone;
  const std::vector<std::string>& texts = Texts(flag);
  return texts.empty() ? kNone : texts.front();
}

bool Settings::Given(std::string_view flag) const {
  return values_.find(flag)->second.given;
}

bool Settings::Check(const Flag& flag, const config::Given& given) {
  bool fits = true;
  for (const std::string& text : given.texts) {
    if (flag.boolean()) continue;  // Only "true" and "false" come here.
    if (const Status status = flag.Check(text); !status) {
      findings_.Error(given.place, given.label, status.message());
      fits = false;
    }
  }
  return fits;
}

void Settings::ResolveAliases() {
  for (const Flag& flag : table_.flags()) {
    if (flag.alias_of.empty() || !values_[flag.name].given) continue;
    Value& target = values_[flag.alias_of];
    if (target.given) {
      findings_.Error("flags --" + flag.name + " and --" + flag.alias_of +
                      " are mutually exclusive; the first is the second's old name");
      continue;
    }
    findings_.Notice("flag --" + flag.name + " is deprecated; use --" + flag.alias_of);
    target = values_[flag.name];
  }
}

}  // namespace hostpulse::config
