#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace hostpulse {

enum class LogLevel : int { kOff = 0, kError, kWarn, kInfo, kDebug, kTrace };

// A structured field of a log line: `path=/proc/stat line=3`. Views need to live for the call only.
struct LogField {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
  LogField(std::string_view k, double v) : key(k), value(v) {}
  template <typename Integer>
  requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>)
      LogField(std::string_view k, Integer v)
      : key(k), value(static_cast<std::int64_t>(v)) {}
};

class LogSink;

// A named part of the program's log. Its level is one relaxed atomic load, so that a silenced line
// costs nothing; LoggerRegistry changes it at run time. Thread safe; owned by its registry, which
// outlives it. Secrets are never passed to it, at any level.
class Logger {
 public:
  Logger(std::string name, LogSink& sink, LogLevel level)
      : name_(std::move(name)), sink_(sink), level_(static_cast<int>(level)) {}
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  const std::string& name() const { return name_; }
  bool Enabled(LogLevel level) const {
    return static_cast<int>(level) <= level_.load(std::memory_order_relaxed);
  }

  // One line: a constant message, then what varies as fields. A warning or error that repeats (same
  // logger, message and fields) is written once, then counted and summed up every ten minutes.
  // Never throws and never waits for long, whatever becomes of the line.
  void Error(std::string_view message, std::initializer_list<LogField> fields = {}) {
    if (Enabled(LogLevel::kError)) Write(LogLevel::kError, message, fields);
  }
  void Warn(std::string_view message, std::initializer_list<LogField> fields = {}) {
    if (Enabled(LogLevel::kWarn)) Write(LogLevel::kWarn, message, fields);
  }
  void Info(std::string_view message, std::initializer_list<LogField> fields = {}) {
    if (Enabled(LogLevel::kInfo)) Write(LogLevel::kInfo, message, fields);
  }
  void Debug(std::string_view message, std::initializer_list<LogField> fields = {}) {
    if (Enabled(LogLevel::kDebug)) Write(LogLevel::kDebug, message, fields);
  }
  void Trace(std::string_view message, std::initializer_list<LogField> fields = {}) {
    if (Enabled(LogLevel::kTrace)) Write(LogLevel::kTrace, message, fields);
  }

 private:
  friend class LoggerRegistry;
  void Write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields);

  const std::string name_;
  LogSink& sink_;
  std::atomic<int> level_;  // The effective level.
};

}  // namespace hostpulse
