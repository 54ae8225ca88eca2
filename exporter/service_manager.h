#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace hostpulse {

// What is told to the service manager that started the program, by the protocol of sd_notify(3):
// one datagram to the socket that NOTIFY_SOCKET names. Without such a manager nothing is sent. One
// thread.
class ServiceManager {
 public:
  // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  ServiceManager();

  void Ready(std::string_view status) const;
  void Reloading() const;  // Ended by Ready.
  void Stopping() const;
  void Alive() const;  // Before the watchdog's time is over.

  // How often the manager wants to hear that the program is alive: half of its patience. Nothing
  // where it does not watch.
  std::optional<std::chrono::nanoseconds> watchdog_interval() const { return watchdog_interval_; }

 private:
  void Send(const std::string& message) const;

  std::string socket_;  // A path, or "@name" of an abstract one.
  std::optional<std::chrono::nanoseconds> watchdog_interval_;
};

}  // namespace hostpulse
