#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

#include "core/unique_fd.h"

namespace hostpulse {

// A pipe to log into, for tests with little output (a pipe holds 64 KiB).
class LogCapture {
 public:
  LogCapture() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;
    reader_.reset(ends[0]);
    writer_.reset(ends[1]);
  }

  int fd() const { return writer_.get(); }

  // What was written since the last call.
  std::string Take() {
    std::string out;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = ::read(reader_.get(), buffer.data(), buffer.size())) > 0;) {
      out.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return out;
  }

 private:
  UniqueFd reader_;
  UniqueFd writer_;
};

}  // namespace hostpulse
