#pragma once

#include "core/log/logger_registry.h"

namespace hostpulse::commands {

// For a command that says by itself what a log would say.
inline LoggerRegistryOptions SilentLog() {
  LoggerRegistryOptions options;
  options.level = LogLevel::kOff;
  return options;
}

}  // namespace hostpulse::commands
