#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace hostpulse::collectors {

// What is counted of a process or thread.
struct TaskStat {
  char state = 0;             // A capital or small letter, as in ps(1).
  std::uint64_t threads = 0;  // Of the whole process, its zombie leader included.
};

// From the text of /proc/PID/stat or /proc/PID/task/TID/stat, of which the end may be missing. The
// name in parentheses may hold anything, parentheses and newlines too, so that only the last
// closing one ends it. Nothing where the text is something else.
std::optional<TaskStat> ParseTaskStat(std::string_view text);

}  // namespace hostpulse::collectors
