#include "exporter/config/command_line.h"

#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "core/nearest.h"
#include "exporter/config/command_table.h"

namespace hostpulse::config {
namespace {

constexpr int kMaxArgumentFiles = 64;  // A file that names itself must end.

std::vector<std::string> CommandNames() {
  std::vector<std::string> names;
  names.reserve(kCommands.size());
  for (const Command& command : kCommands) names.emplace_back(command.name);
  return names;
}

class Parser {
 public:
  Parser(std::span<const std::string> arguments, const FlagTable& table, Findings& findings)
      : waiting_(arguments.begin(), arguments.end()), table_(table), findings_(findings) {}

  CommandLine Parse() {
    while (const auto token = Next()) {
      if (flags_ended_ || !token->starts_with('-')) {
        Word(*token);
      } else if (*token == "--") {
        flags_ended_ = true;
      } else if (token->starts_with("--")) {
        LongFlag(token->substr(2));
      } else if (*token == "-h") {
        Store(*table_.Find("help"), "true");
      } else {
        findings_.Error("unknown short flag '" + *token + "'");
      }
    }
    CheckCommand();
    return std::move(parsed_);
  }

 private:
  // The next argument, after @file has been replaced by its lines.
  std::optional<std::string> Next() {
    while (!waiting_.empty()) {
      std::string token = std::move(waiting_.front());
      waiting_.pop_front();
      if (flags_ended_ || !token.starts_with('@')) return token;
      Expand(token.substr(1));
    }
    return std::nullopt;
  }

  void Expand(const std::string& path) {
    if (++files_ > kMaxArgumentFiles) {
      if (files_ == kMaxArgumentFiles + 1) findings_.Error("more than 64 files of arguments");
      return;
    }
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with('#')) lines.push_back(std::move(line));
    }
    if (!file.eof()) {
      findings_.Error("failed to read arguments file '" + path + "': " + std::strerror(errno));
    }
    waiting_.insert(waiting_.begin(), lines.begin(), lines.end());
  }

  void Word(const std::string& word) {
    std::vector<std::string>& command = parsed_.command;
    if (command.empty() && FindCommand(word) != nullptr) return command.push_back(word);
    if (command.size() == 1 && command[0] == "queue") return command.push_back(word);
    findings_.Error("unexpected argument '" + word + "'" +
                    (command.empty() ? DidYouMean(word, CommandNames()) : ""));
  }

  void LongFlag(const std::string& text) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    std::optional<std::string> value;
    if (equals != text.npos) value = text.substr(equals + 1);

    if (const Flag* flag = table_.Find(name)) {
      flag->boolean() ? Switch(*flag, "true", value) : Assign(*flag, std::move(value));
      return;
    }
    const Flag* negated = name.starts_with("no-") ? table_.Find(name.substr(3)) : nullptr;
    if (negated != nullptr && negated->boolean()) return Switch(*negated, "false", value);
    Unknown(name, value.has_value());
  }

  void Switch(const Flag& flag, const char* state, const std::optional<std::string>& value) {
    if (value) {
      findings_.Error("flag '--" + flag.name + "' takes no value; accepted: --" + flag.name +
                      " or --no-" + flag.name);
    } else {
      Store(flag, state);
    }
  }

  void Assign(const Flag& flag, std::optional<std::string> value) {
    if (!value && !waiting_.empty() && !waiting_.front().starts_with('-')) value = Next();
    if (!value) return findings_.Error("expected argument for flag '--" + flag.name + "'");
    Store(flag, std::move(*value));
  }

  void Store(const Flag& flag, std::string value) {
    std::vector<std::string>& values = parsed_.flags[flag.name];
    if (!values.empty() && !flag.repeatable) {
      return findings_.Error("flag '" + flag.name + "' cannot be repeated");
    }
    values.push_back(std::move(value));
  }

  void Unknown(const std::string& name, bool has_value) {
    findings_.Error("unknown long flag '--" + name + "'" + Nearest(name));
    // What follows was probably meant as its value: one error is enough.
    if (!has_value && !waiting_.empty() && !waiting_.front().starts_with('-') &&
        FindCommand(waiting_.front()) == nullptr) {
      waiting_.pop_front();
    }
  }

  std::string Nearest(const std::string& name) const {
    std::vector<std::string> names = table_.Names();
    if (name.starts_with("no-")) {
      for (std::string& known : names) known.insert(2, "no-");
    }
    return DidYouMean("--" + name, names);
  }

  void CheckCommand() {
    const std::vector<std::string>& command = parsed_.command;
    for (const auto& [name, values] : parsed_.flags) {
      const Flag& flag = *table_.Find(name);
      if (flag.OfCommand(command.empty() ? "" : command[0])) continue;
      std::string error = "flag '--";
      findings_.Error(error.append(name).append("' belongs to ").append(flag.commands[0]));
    }
    if (command.empty() || command[0] != "queue") return;
    if (command.size() == 2 && HasSubcommand(*FindCommand("queue"), command[1])) return;
    findings_.Error("queue: accepted: queue stat, queue verify, queue dump or queue replay");
  }

  std::deque<std::string> waiting_;
  const FlagTable& table_;
  Findings& findings_;
  CommandLine parsed_;
  bool flags_ended_ = false;
  int files_ = 0;
};

}  // namespace

CommandLine ParseCommandLine(std::span<const std::string> arguments, const FlagTable& table,
                             Findings& findings) {
  return Parser(arguments, table, findings).Parse();
}

}  // namespace hostpulse::config
