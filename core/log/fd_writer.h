#pragma once

#include <string_view>

namespace hostpulse {

// Writes lines to a descriptor that may be closed, full or stuck without waiting for it for long: a
// reader that stands still costs one wait of 100 ms, after which lines are dropped until it reads
// again. Does not own the descriptor. One thread at a time. A pipe without a reader is left alone,
// so that it raises no SIGPIPE.
class FdWriter {
 public:
  explicit FdWriter(int fd) : fd_(fd) {}

  // One write(2), as long as the system takes the line whole. False if the line was dropped.
  bool Write(std::string_view line);

 private:
  bool Ready();
  bool WriteAll(std::string_view& text);

  int fd_;
  bool stalled_ = false;  // The last wait was in vain: do not wait again.
  bool torn_ = false;     // Half a line was written: the next one begins on a new line.
};

}  // namespace hostpulse
