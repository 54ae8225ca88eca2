#pragma once

#include <termios.h>

#include <chrono>
#include <optional>
#include <string_view>

#include "core/unique_fd.h"
#include "exporter/commands/top/view.h"

namespace hostpulse::commands {

// The terminal while a program has the whole of it: another screen, no cursor, keys without echo.
// All of that is put back when it goes. One at a time; the main thread.
class Terminal {
 public:
  // Standard input and output are that terminal.
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  static ScreenSize Size();  // 80 by 24 where it does not tell.

  // Puts a whole screen in the place of the last one, without flicker.
  static void Show(std::string_view screen);

 private:
  std::optional<termios> before_;  // Nothing where input is no terminal.
};

enum class Pause { kOver, kKey, kQuit };

// SIGINT, SIGTERM and SIGHUP as something to wait for. Made before any other thread exists, because
// threads inherit what is blocked.
class StopSignals {
 public:
  StopSignals();

  // Waits this long; kQuit at one of the signals, and with `keys` at q or the end of input, kKey at
  // any other.
  Pause WaitFor(std::chrono::nanoseconds time, bool keys) const;

 private:
  UniqueFd signals_;
};

}  // namespace hostpulse::commands
