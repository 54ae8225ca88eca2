#include "core/log/log_sink.h"

#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "core/log/fd_writer.h"
#include "core/log/line_encoder.h"

namespace hostpulse {
namespace {

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kTrace:
      return spdlog::level::trace;
    case LogLevel::kOff:
      break;
  }
  return spdlog::level::off;
}

// Level, logger and fields are in the payload already: spdlog's formatter adds the time, which it
// caches by the second.
std::unique_ptr<spdlog::formatter> MakeFormatter(LogFormat format) {
  return std::make_unique<spdlog::pattern_formatter>(format == LogFormat::kJson
                                                         ? "{\"time\":\"%Y-%m-%dT%H:%M:%S.%eZ\",%v}"
                                                         : "time=%Y-%m-%dT%H:%M:%S.%eZ %v",
                                                     spdlog::pattern_time_type::utc, "\n");
}

std::string WithCount(LogFormat format, std::string_view payload, std::uint64_t count) {
  std::string out(payload);
  out += format == LogFormat::kJson ? ",\"repeated\":" : " repeated=";
  return out += std::to_string(count);
}

}  // namespace

// A sink of spdlog's that loses lines rather than time, and says so afterwards.
class LogSink::Output final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  Output(LogFormat format, int fd) : base_sink(MakeFormatter(format)), format_(format), fd_(fd) {}

  void Write(const Clock& clock, LogLevel level, std::string_view payload) {
    const auto time = std::chrono::time_point_cast<spdlog::log_clock::duration>(clock.Now());
    log({time, {}, {}, ToSpdlog(level), {payload.data(), payload.size()}});
  }

 private:
  void sink_it_(const spdlog::details::log_msg& msg) override {
    if (dropped_ > 0 && WriteLoss(msg.time)) dropped_ = 0;
    if (dropped_ > 0 || !WriteLine(msg)) ++dropped_;
  }
  void flush_() override {}

  bool WriteLine(const spdlog::details::log_msg& msg) {
    line_.clear();
    formatter_->format(msg, line_);
    return fd_.Write({line_.data(), line_.size()});
  }

  bool WriteLoss(spdlog::log_clock::time_point time) {
    LineEncoder line(format_, LogLevel::kWarn, "ROOT", "Log lines were lost: nobody took them");
    line.Add({"lost", dropped_});
    const std::string_view payload = line.payload();
    return WriteLine({time, {}, {}, spdlog::level::warn, {payload.data(), payload.size()}});
  }

  const LogFormat format_;
  FdWriter fd_;
  std::uint64_t dropped_ = 0;
  spdlog::memory_buf_t line_;
};

LogSink::LogSink(LogFormat format, int fd, const Clock& clock)
    : format_(format), clock_(clock), output_(std::make_unique<Output>(format, fd)) {}

LogSink::~LogSink() = default;

// Whoever logs has nothing to do with what goes wrong in here (in effect: no memory left).
void LogSink::Write(const Logger& logger, LogLevel level, std::string_view message,
                    std::span<const LogField> fields) try {
  if (level > LogLevel::kWarn) return WriteAlways(logger, level, message, fields);
  LineEncoder line(format_, level, logger.name(), message);
  for (const LogField& field : fields) line.Add(field);

  std::vector<RepeatedLine> counts;
  std::uint64_t times = 0;
  {
    const MutexLock lock(mutex_);
    times = repeats_.Note(clock_.Monotonic(), logger, level, line.payload(), counts);
  }
  WriteCounts(counts);
  if (times == 1) output_->Write(clock_, level, line.payload());
  if (times > 1) output_->Write(clock_, level, WithCount(format_, line.payload(), times));
} catch (...) {
}

void LogSink::WriteAlways(const Logger& logger, LogLevel level, std::string_view message,
                          std::span<const LogField> fields) try {
  LineEncoder line(format_, level, logger.name(), message);
  for (const LogField& field : fields) line.Add(field);
  output_->Write(clock_, level, line.payload());
} catch (...) {
}

std::optional<MonotonicTime> LogSink::Tick() {
  std::vector<RepeatedLine> counts;
  std::optional<MonotonicTime> next;
  {
    const MutexLock lock(mutex_);
    repeats_.TakeDue(clock_.Monotonic(), counts);
    next = repeats_.next_due();
  }
  WriteCounts(counts);
  return next;
}

void LogSink::Flush() {
  std::vector<RepeatedLine> counts;
  {
    const MutexLock lock(mutex_);
    repeats_.TakeAll(counts);
  }
  WriteCounts(counts);
}

void LogSink::WriteCounts(const std::vector<RepeatedLine>& lines) try {
  for (const RepeatedLine& line : lines) {
    if (!line.logger->Enabled(line.level)) continue;
    output_->Write(clock_, line.level, WithCount(format_, line.payload, line.count));
  }
} catch (...) {
}

}  // namespace hostpulse
