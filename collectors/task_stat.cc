#include "collectors/task_stat.h"

#include "collectors/kernel/scanner.h"

namespace hostpulse::collectors {
namespace {

constexpr int kFieldsBetween = 16;  // From the parent (4) to the nice value (19) of proc(5).

constexpr bool IsLetter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace

std::optional<TaskStat> ParseTaskStat(std::string_view text) {
  const std::size_t end_of_name = text.rfind(')');
  if (end_of_name == text.npos) return std::nullopt;
  kernel::FieldScanner fields(text.substr(end_of_name + 1));
  const std::string_view state = fields.Next();
  fields.Skip(kFieldsBetween);
  const auto threads = fields.NextNumber<std::uint64_t>();
  if (state.size() != 1 || !IsLetter(state[0]) || !threads) return std::nullopt;
  return TaskStat{.state = state[0], .threads = *threads};
}

}  // namespace hostpulse::collectors
