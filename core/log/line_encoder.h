#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/log/logger.h"
#include "core/log/logger_registry.h"

namespace hostpulse {

// Encodes what stands behind the time of a line: level, logger, message and fields.
//
//   level=WARN logger=collector.cpu msg="File is cut off" path=/proc/stat line=3
//   "level":"WARN","logger":"collector.cpu","msg":"File is cut off","path":"/proc/stat","line":3
//
// Any bytes may come in; what comes out is one line of printable UTF-8: logfmt quotes where it must
// and escapes as Go does, JSON has U+FFFD for what is not UTF-8. Values are cut at about 1 KiB and
// whole lines at kMaxPayload, marked by "..." and truncated=true. No allocation; for one line.
class LineEncoder {
 public:
  // With the time in front and a count behind, a line stays within PIPE_BUF (4,096 bytes), below
  // which a write to a pipe is never torn.
  static constexpr std::size_t kMaxPayload = 4000;

  LineEncoder(LogFormat format, LogLevel level, std::string_view logger, std::string_view message);

  // Keys are constants of the program, not one of level, logger, msg, repeated, time, truncated.
  void Add(const LogField& field);

  std::string_view payload() const { return {buffer_.data(), size_}; }

 private:
  void AddKey(std::string_view key);
  void AddText(std::string_view text);
  void AddEscaped(std::string_view text);
  void AddNumber(double value);
  void AddNumber(std::int64_t value);
  void Append(std::string_view text);

  LogFormat format_;
  std::size_t size_ = 0;
  bool truncated_ = false;
  std::array<char, kMaxPayload> buffer_;
};

}  // namespace hostpulse
