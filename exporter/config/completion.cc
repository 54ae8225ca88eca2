#include "exporter/config/completion.h"

#include <utility>

#include "exporter/config/command_table.h"

namespace hostpulse::config {
namespace {

// What the words before the one that is completed came to.
struct Before {
  const Command* command = nullptr;
  bool subcommand = false;         // The command has its second word, too.
  bool flags_ended = false;        // There was a "--".
  const Flag* awaiting = nullptr;  // The flag whose value the next word is.
};

// The flag of "--name", if it takes a value.
const Flag* FlagWithValue(std::string_view word, const FlagTable& table) {
  if (!word.starts_with("--")) return nullptr;
  const Flag* flag = table.Find(word.substr(2));
  return flag == nullptr || flag->boolean() ? nullptr : flag;
}

void ReadWord(const std::string& word, Before& before) {
  if (before.command == nullptr) {
    before.command = FindCommand(word);
  } else if (HasSubcommand(*before.command, word)) {
    before.subcommand = true;
  }
}

Before Read(std::span<const std::string> words, const FlagTable& table) {
  Before before;
  for (const std::string& word : words) {
    // bash makes a word of the equals sign: the flag still waits for what stands behind it.
    if (before.awaiting != nullptr && word.starts_with('=')) continue;
    if (!before.flags_ended && word.starts_with('-')) {
      before.flags_ended = word == "--";
      before.awaiting = FlagWithValue(word, table);
    } else if (before.awaiting != nullptr) {
      before.awaiting = nullptr;
    } else {
      ReadWord(word, before);
    }
  }
  return before;
}

class Candidates {
 public:
  explicit Candidates(std::string_view text) : text_(text) {}

  void Offer(std::string candidate) {
    if (candidate.starts_with(text_)) found_.push_back(std::move(candidate));
  }
  std::vector<std::string> Take() { return std::move(found_); }

 private:
  std::string_view text_;
  std::vector<std::string> found_;
};

// `lead` is what of the word stands before the value.
std::vector<std::string> Values(const Flag& flag, const std::string& lead, std::string_view word) {
  Candidates candidates(word);
  for (const std::string& choice : flag.choices) candidates.Offer(lead + choice);
  return candidates.Take();
}

std::vector<std::string> Flags(const Before& before, std::string_view word,
                               const FlagTable& table) {
  Candidates candidates(word);
  for (const Flag& flag : table.flags()) {
    const bool other_command =
        !flag.OfCommand(before.command == nullptr ? "" : before.command->name);
    if (flag.hidden || other_command) continue;
    candidates.Offer("--" + flag.name);
    if (flag.boolean()) candidates.Offer("--no-" + flag.name);
  }
  return candidates.Take();
}

std::vector<std::string> Commands(const Before& before, std::string_view word) {
  Candidates candidates(word);
  if (before.command == nullptr) {
    for (const Command& command : kCommands) candidates.Offer(std::string(command.name));
  } else if (!before.subcommand) {
    for (const std::string_view name : before.command->subcommands) {
      if (!name.empty()) candidates.Offer(std::string(name));
    }
  }
  return candidates.Take();
}

}  // namespace

std::optional<std::span<const std::string>> CompletionRequest(
    std::span<const std::string> arguments) {
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    if (arguments[i] == "--completion-bash") return arguments.subspan(i + 1);
  }
  return std::nullopt;
}

std::vector<std::string> Complete(std::span<const std::string> words, const FlagTable& table) {
  const std::string empty;
  const std::string& word = words.empty() ? empty : words.back();
  const Before before = Read(words.first(words.empty() ? 0 : words.size() - 1), table);

  if (before.awaiting != nullptr && !word.starts_with('-')) {
    return Values(*before.awaiting, "", std::string_view(word).substr(word.starts_with('=')));
  }
  if (before.flags_ended || !word.starts_with('-')) return Commands(before, word);

  const std::size_t equals = word.find('=');
  if (equals == word.npos) return Flags(before, word, table);
  const Flag* flag = FlagWithValue(std::string_view(word).substr(0, equals), table);
  return flag == nullptr ? std::vector<std::string>()
                         : Values(*flag, word.substr(0, equals + 1), word);
}

}  // namespace hostpulse::config
