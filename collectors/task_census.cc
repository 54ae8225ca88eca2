#include "collectors/task_census.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <span>
#include <utility>

#include "collectors/kernel/dir_entries.h"
#include "collectors/kernel/kernel_file.h"
#include "core/unique_fd.h"

namespace hostpulse::collectors {
namespace {

constexpr std::size_t kEntriesBuffer = std::size_t{32} * 1024;
// The kernel hands out a stat whole, and what is wanted stands in its first half.
constexpr std::size_t kStatBuffer = 1024;

// Of a task that was there when its directory was listed.
bool HasLeft(int error) {
  return error == ENOENT || error == ESRCH;
}

bool IsNumber(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

TaskCensus::TaskCensus(std::string procfs)
    : procfs_(std::move(procfs)),
      process_entries_(kEntriesBuffer),
      thread_entries_(kEntriesBuffer) {}

Status TaskCensus::Take() {
  processes_ = 0;
  threads_ = 0;
  process_states_.fill(0);
  thread_states_.fill(0);
  const UniqueFd proc(::open(procfs_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!proc) return kernel::ErrnoStatus(procfs_, "open", errno);
  return ForEachTask(proc.get(), process_entries_,
                     [&](std::string_view process) { return CountProcess(proc.get(), process); });
}

Status TaskCensus::ForEachTask(int directory, std::vector<char>& entries,
                               FunctionRef<Status(std::string_view number)> visit) const {
  while (true) {
    const long got = ::syscall(SYS_getdents64, directory, entries.data(), entries.size());
    if (got == 0 || (got < 0 && HasLeft(errno))) return {};
    if (got < 0) return kernel::ErrnoStatus(procfs_, "list", errno);
    Status status;
    kernel::ForEachEntry(std::span(entries).first(static_cast<std::size_t>(got)),
                         [&](std::string_view name) {
                           if (status.ok() && IsNumber(name)) status = visit(name);
                         });
    if (!status) return status;
  }
}

Status TaskCensus::CountProcess(int proc, std::string_view process) {
  const auto read = ReadStat(proc, process);
  if (!read) return Status(read.status()).WithContext(procfs_);
  if (!*read) return {};
  const TaskStat& stat = **read;
  ++processes_;
  threads_ += stat.threads;
  ++process_states_[static_cast<std::size_t>(stat.state)];
  // Most processes have one thread, which need not be looked at again.
  if (stat.threads > 1) return CountThreads(proc, process, stat.state);
  ++thread_states_[static_cast<std::size_t>(stat.state)];
  return {};
}

Status TaskCensus::CountThreads(int proc, std::string_view process, char state_of_leader) {
  path_.assign(process).append("/task");
  const UniqueFd task(::openat(proc, path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!task && HasLeft(errno)) return {};
  if (!task) return kernel::ErrnoStatus(procfs_ + "/" + path_, "open", errno);
  return ForEachTask(task.get(), thread_entries_, [&](std::string_view thread) -> Status {
    char state = state_of_leader;
    if (thread != process) {
      const auto stat = ReadStat(task.get(), thread);
      if (!stat) {
        return Status(stat.status()).WithContext(procfs_ + "/" + std::string(process) + "/task");
      }
      if (!*stat) return {};
      state = (*stat)->state;
    }
    ++thread_states_[static_cast<std::size_t>(state)];
    return {};
  });
}

Result<std::optional<TaskStat>> TaskCensus::ReadStat(int directory, std::string_view number) {
  path_.assign(number).append("/stat");
  const UniqueFd file(::openat(directory, path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && HasLeft(errno)) return std::optional<TaskStat>();
  if (!file) return kernel::ErrnoStatus(path_, "open", errno);
  std::array<char, kStatBuffer> buffer;
  const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
  if (got < 0 && HasLeft(errno)) return std::optional<TaskStat>();
  if (got < 0) return kernel::ErrnoStatus(path_, "read", errno);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
  const std::optional<TaskStat> stat = ParseTaskStat(text);
  if (!stat) return kernel::ParseError(path_, "state and num_threads", text);
  return stat;
}

}  // namespace hostpulse::collectors
