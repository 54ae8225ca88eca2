#include "core/log/fd_writer.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace hostpulse {
namespace {

constexpr int kPatienceMs = 100;

}  // namespace

bool FdWriter::Write(std::string_view line) {
  std::string_view newline = "\n";
  if (torn_ && !WriteAll(newline)) return false;
  std::string_view rest = line;
  const bool whole = WriteAll(rest);
  torn_ = !whole && rest.size() < line.size();
  return whole;
}

bool FdWriter::WriteAll(std::string_view& text) {
  while (!text.empty()) {
    if (!Ready()) return false;
    const ssize_t written = ::write(fd_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Descriptors of stderr are shared with other processes, so O_NONBLOCK is not ours to set. A pipe
// or socket that poll calls writable takes at least PIPE_BUF bytes at once.
bool FdWriter::Ready() {
  pollfd wanted = {fd_, POLLOUT, 0};
  int count = 0;
  do {
    count = ::poll(&wanted, 1, stalled_ ? 0 : kPatienceMs);
  } while (count < 0 && errno == EINTR);
  stalled_ = count == 0;
  return count == 1 && wanted.revents == POLLOUT;
}

}  // namespace hostpulse
