#include "exporter/commands/top/terminal.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace hostpulse::commands {
namespace {

// ECMA-48, and xterm's private modes for the other screen and the cursor.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kClearLine = "\x1b[K";
constexpr std::string_view kClearBelow = "\x1b[J";

void Write(std::string_view bytes) {
  std::fwrite(bytes.data(), 1, bytes.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

Terminal::Terminal() {
  termios mode{};
  if (::tcgetattr(STDIN_FILENO, &mode) == 0) {
    before_ = mode;
    mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &mode);
  }
  Write(kEnter);
}

Terminal::~Terminal() {
  Write(kLeave);
  if (before_) ::tcsetattr(STDIN_FILENO, TCSANOW, &*before_);
}

ScreenSize Terminal::Size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
    return {};
  }
  return {size.ws_col, size.ws_row};
}

void Terminal::Show(std::string_view screen) {
  std::string bytes(kHome);
  for (const char c : screen) {
    if (c == '\n') bytes.append(kClearLine);
    bytes += c;
  }
  Write(bytes.append(kClearBelow));
}

StopSignals::StopSignals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&set, number);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

Pause StopSignals::WaitFor(std::chrono::nanoseconds time, bool keys) const {
  std::array<pollfd, 2> fds = {{{signals_.get(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
  const auto left = std::max(time, std::chrono::nanoseconds::zero());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  const timespec timeout{seconds.count(), (left - seconds).count()};
  if (::ppoll(fds.data(), keys ? 2 : 1, &timeout, nullptr) <= 0) return Pause::kOver;
  if (fds[0].revents != 0) return Pause::kQuit;
  char key = 'q';
  if (::read(STDIN_FILENO, &key, 1) != 1) return Pause::kQuit;
  return key == 'q' || key == 'Q' ? Pause::kQuit : Pause::kKey;
}

}  // namespace hostpulse::commands
