#include <array>

#include "core/log/logger_registry.h"
#include "core/quoted.h"

namespace hostpulse {
namespace {

// By their number.
constexpr std::array<std::string_view, 6> kNames = {"OFF",  "ERROR", "WARN",
                                                    "INFO", "DEBUG", "TRACE"};

bool EqualsIgnoringCase(std::string_view text, std::string_view upper) {
  if (text.size() != upper.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c) != upper[i]) return false;
  }
  return true;
}

}  // namespace

Result<LogLevel> ParseLogLevel(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (EqualsIgnoringCase(text, kNames[i])) return static_cast<LogLevel>(i);
  }
  if (EqualsIgnoringCase(text, "FATAL")) return LogLevel::kError;
  if (EqualsIgnoringCase(text, "FALSE")) return LogLevel::kOff;
  return Status(ErrorCode::kInvalid, "unknown log level " + Quoted(text) +
                                         ": wanted OFF, ERROR, WARN, INFO, DEBUG or TRACE");
}

std::string_view LogLevelName(LogLevel level) {
  return kNames[static_cast<std::size_t>(level)];
}

Result<LogFormat> ParseLogFormat(std::string_view text) {
  if (EqualsIgnoringCase(text, "LOGFMT")) return LogFormat::kLogfmt;
  if (EqualsIgnoringCase(text, "JSON")) return LogFormat::kJson;
  return Status(ErrorCode::kInvalid,
                "unknown log format " + Quoted(text) + ": wanted logfmt or json");
}

}  // namespace hostpulse
