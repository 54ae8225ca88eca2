#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/task_stat.h"
#include "core/function_ref.h"
#include "core/result.h"

namespace hostpulse::collectors {

// How many tasks are in each state; the index is its letter.
using StateCounts = std::array<std::uint64_t, 128>;

// Counts the processes and threads of a host in one walk through /proc. Costs three system calls a
// process, and three a thread where a process has several; its buffers do not grow with their
// number, and no descriptor is kept between two walks. One thread at a time.
class TaskCensus {
 public:
  explicit TaskCensus(std::string procfs);

  // Counts anew. Processes and threads that leave meanwhile are passed over.
  // Errors, after which the counts are of no use: those of KernelFile::Read, for /proc itself and
  // for a process that cannot be read (which hidepid=1 forbids); kParse for a stat that is none.
  Status Take();

  std::uint64_t processes() const { return processes_; }
  // The sum of what the processes say.
  std::uint64_t threads() const { return threads_; }
  const StateCounts& process_states() const { return process_states_; }
  const StateCounts& thread_states() const { return thread_states_; }

 private:
  // Visits the entries that are numbers, until one fails.
  Status ForEachTask(int directory, std::vector<char>& entries,
                     FunctionRef<Status(std::string_view number)> visit) const;
  Status CountProcess(int proc, std::string_view process);
  Status CountThreads(int proc, std::string_view process, char state_of_leader);
  // Nothing where the task has left.
  Result<std::optional<TaskStat>> ReadStat(int directory, std::string_view number);

  const std::string procfs_;
  std::uint64_t processes_ = 0;
  std::uint64_t threads_ = 0;
  StateCounts process_states_{};
  StateCounts thread_states_{};
  // Kept for their storage only.
  std::vector<char> process_entries_;
  std::vector<char> thread_entries_;
  std::string path_;
};

}  // namespace hostpulse::collectors
